//! What a core dump of the server holds: nothing of any provider key once the last use is a while ago.

mod backend;
mod core_files;
mod idle;
mod scan;

//! The rows, as data.

mod challenge;
mod key;
mod page;
mod project;
mod sealing_key;
mod session;
mod token;
mod webhook;

pub use challenge::*;
pub use key::*;
pub use page::*;
pub use project::*;
pub use sealing_key::*;
pub use session::*;
pub use token::*;
pub use webhook::*;

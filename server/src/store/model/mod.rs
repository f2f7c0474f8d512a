//! The rows, as data.

mod challenge;
mod grant;
mod key;
mod models;
mod page;
mod project;
mod runtime_token;
mod sealing_key;
mod session;
mod token;
mod usage;
mod webhook;

pub use challenge::*;
pub use grant::*;
pub use key::*;
pub use models::*;
pub use page::*;
pub use project::*;
pub use runtime_token::*;
pub use sealing_key::*;
pub use session::*;
pub use token::*;
pub use usage::*;
pub use webhook::*;

//! Work that goes on when whoever asked for it has gone.
//!
//! Whatever ends a use is first on the disk and then told to those who use the key. A client that hangs up in between must
//! not leave calls running with a key that is gone. So only work that is carried ends uses: nothing else can.

use std::{ops::Deref, sync::Arc};

use futures_util::future::join_all;
use tokio::task::JoinHandle;

use crate::{
    app::App,
    domain::{Fault, Refusal},
};

/// The server's parts, in the hands of work that comes to its end.
pub(in crate::domain) struct Carried(Arc<App>);

impl Deref for Carried {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl Carried {
    /// Ends every use of these keys, or through these tokens, and waits until all have let go. All are told before any is
    /// waited for.
    pub(in crate::domain) async fn end(&self, of: impl IntoIterator<Item = &str>) {
        join_all(of.into_iter().map(|of| self.in_use.end(of))).await;
    }
}

/// Does this work to its end, even if whoever waits for it goes away.
pub(in crate::domain) async fn carry<T, F>(
    app: &Arc<App>,
    work: impl FnOnce(Carried) -> F,
) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: Future<Output = Result<T, Refusal>> + Send + 'static,
{
    set_off(app, work).await.map_err(|_| Refusal::Fault(Fault::Lost))?
}

/// The same, when nobody needs to wait for it.
pub(in crate::domain) fn set_off<F>(app: &Arc<App>, work: impl FnOnce(Carried) -> F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send + 'static> + Send + 'static,
{
    app.tasks.spawn(work(Carried(Arc::clone(app))))
}

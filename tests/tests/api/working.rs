//! A webhook worker at work.

use byo_tests::TestApp;
use tokio::{sync::oneshot, task::JoinHandle};

/// Delivers until stopped.
pub(crate) struct Working {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Working {
    pub(crate) fn start(app: &TestApp) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = app.worker();
        Self { stop, task: tokio::spawn(worker.run(async move { drop(stopped.await) })) }
    }

    /// Lets it finish what is under way.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        self.task.await.expect("the worker does not panic");
    }
}

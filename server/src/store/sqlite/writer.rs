//! The one connection that writes, and its group commits.
//!
//! Jobs that wait while a commit is on its way to the disk go into the next transaction together, each in a
//! savepoint of its own; all are answered after that transaction's commit. So many small writes share one
//! `fdatasync`, and nothing is acknowledged before it is durable, and before all that was remembered of the state before
//! is forgotten.

use std::{panic::AssertUnwindSafe, pin::Pin, sync::Arc};

use futures_util::FutureExt;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::{SqliteStore, StoreError, StoreResult, remembered::Remembered, unavailable};

const LARGEST_GROUP: usize = 256;
const WAITING_ROOM: usize = 1024;

/// What a write does with the connection.
pub(super) type Written<'c, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'c>>;

impl SqliteStore {
    /// Runs the write and answers once it is on the disk.
    pub(super) async fn write<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Written<'c, T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(TypedJob { work: Some(work), outcome: None, reply });
        self.writer.jobs.send(Message::Job(job)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database is closed".into())
}

pub(super) struct Writer {
    jobs: mpsc::Sender<Message>,
}

enum Message {
    Job(Box<dyn Job>),
    Checkpoint(oneshot::Sender<StoreResult<()>>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    pub(super) fn start(connection: SqliteConnection, remembered: Arc<Remembered>) -> Self {
        let (jobs, waiting) = mpsc::channel(WAITING_ROOM);
        tokio::spawn(run(connection, waiting, remembered));
        Self { jobs }
    }

    /// Moves the write-ahead log into the database and empties it: until then it holds old pages, and with them what
    /// has been destroyed.
    pub(super) async fn checkpoint(&self) -> StoreResult<()> {
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Message::Checkpoint(reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Finishes what was sent before and closes the connection.
    pub(super) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.jobs.send(Message::Close(done)).await.is_ok() {
            let _: Result<(), _> = closed.await;
        }
    }
}

async fn run(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<Message>,
    remembered: Arc<Remembered>,
) {
    while let Some(message) = waiting.recv().await {
        let mut group = Vec::new();
        let (mut close, mut checkpoint) = (None, None);
        let mut next = Some(message);
        while let Some(message) = next {
            match message {
                Message::Job(job) => group.push(job),
                Message::Checkpoint(reply) => checkpoint = Some(reply),
                Message::Close(done) => close = Some(done),
            }
            let full = close.is_some() || checkpoint.is_some() || group.len() == LARGEST_GROUP;
            next = if full { None } else { waiting.try_recv().ok() };
        }
        if !group.is_empty() {
            commit_group(&mut connection, group, &remembered).await;
        }
        if let Some(reply) = checkpoint {
            let done = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await;
            let _: Result<(), _> = reply.send(done.map(drop).map_err(unavailable));
        }
        if let Some(done) = close {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "the database did not close cleanly");
            }
            let _: Result<(), ()> = done.send(());
            return;
        }
    }
}

async fn commit_group(
    connection: &mut SqliteConnection,
    mut group: Vec<Box<dyn Job>>,
    remembered: &Remembered,
) {
    let result = write_group(connection, &mut group).await;
    if let Err(error) = &result {
        tracing::error!(%error, jobs = group.len(), "a group of writes was not committed");
        // After a failed commit SQLite may still hold the transaction open.
        let _: Result<_, _> = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    }
    // Also after a failure: some of those leave open what is on the disk.
    remembered.forget_all();
    for job in group {
        job.finish(result.is_ok());
    }
}

async fn write_group(
    connection: &mut SqliteConnection,
    group: &mut [Box<dyn Job>],
) -> Result<(), sqlx::Error> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    for job in group {
        sqlx::query("SAVEPOINT job").execute(&mut *connection).await?;
        if !job.run(connection).await {
            sqlx::query("ROLLBACK TO job").execute(&mut *connection).await?;
        }
        sqlx::query("RELEASE job").execute(&mut *connection).await?;
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    Ok(())
}

/// A write whose type of answer is forgotten, so that different ones can wait in one line.
trait Job: Send {
    /// Does the work and keeps the outcome; `false` asks for its changes to be undone.
    fn run<'c>(
        &'c mut self,
        connection: &'c mut SqliteConnection,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>>;
    /// Tells the outcome, now that the group is on the disk or lost.
    fn finish(self: Box<Self>, committed: bool);
}

struct TypedJob<T, F> {
    work: Option<F>,
    outcome: Option<StoreResult<T>>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> Job for TypedJob<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Written<'c, T> + Send + 'static,
{
    fn run<'c>(
        &'c mut self,
        connection: &'c mut SqliteConnection,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>> {
        Box::pin(async move {
            let work = self.work.take().expect("a job runs once");
            // A fault in one write must not end the only task that can write.
            let running = AssertUnwindSafe(async move { work(connection).await }).catch_unwind();
            let outcome =
                running.await.unwrap_or_else(|_| Err(StoreError::Unavailable("a write panicked".into())));
            let keep = outcome.is_ok();
            self.outcome = Some(outcome);
            keep
        })
    }

    fn finish(self: Box<Self>, committed: bool) {
        let outcome = match self.outcome {
            Some(Err(error)) => Err(error),
            Some(Ok(value)) if committed => Ok(value),
            _ => Err(unavailable(sqlx::Error::WorkerCrashed)),
        };
        // Whoever asked may have gone; the write stands all the same.
        let _: Result<(), _> = self.reply.send(outcome);
    }
}

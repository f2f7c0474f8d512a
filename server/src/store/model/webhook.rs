//! Events and their way to the endpoints.

use crate::{
    clock::Timestamp,
    id::{DeliveryId, EndpointId, EnvironmentId, EventId},
};

/// Something that happened, for the backend to know.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id; stable over retries.
    pub id: EventId,
    /// Where.
    pub environment: EnvironmentId,
    /// For example `key.connected`.
    pub kind: &'static str,
    /// Whose.
    pub ref_id: String,
    /// The JSON that is sent.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// Where webhooks go.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// Its id.
    pub id: EndpointId,
    /// Of which environment.
    pub environment: EnvironmentId,
    /// The receiver.
    pub url: String,
    /// Which events; `None` is all.
    pub events: Option<Vec<String>>,
    /// The signing secret as a vault record.
    pub sealed_secret: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nothing is sent to it.
    pub disabled_at: Option<Timestamp>,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Attempts made before this one.
    pub attempts: u32,
    /// The event.
    pub event_id: EventId,
    /// What is sent.
    pub body: String,
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// Of which environment it is.
    pub environment: EnvironmentId,
    /// The receiver.
    pub url: String,
    /// The signing secret as a vault record.
    pub sealed_secret: Vec<u8>,
}

/// How an attempt went.
#[derive(Clone, Debug)]
pub struct FinishedAttempt {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// The how manieth, from 1.
    pub number: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// A stable word: `delivered`, `http_error`, `timed_out`, …
    pub outcome: &'static str,
    /// The receiver's HTTP status, if it gave one.
    pub status: Option<u16>,
    /// What follows.
    pub next: AfterAttempt,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAttempt {
    /// It arrived.
    Delivered,
    /// Again at this time.
    Retry(Timestamp),
    /// No more tries.
    GiveUp,
    /// The receiver said 410: send it nothing more.
    DisableEndpoint,
}

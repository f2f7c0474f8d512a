//! Rate limits.

use super::reader::Reader;

/// How much is too much. All are at least 1.
#[derive(Clone, Debug)]
pub struct LimitsConfig {
    /// Writes with a bare publishable key, by client address.
    pub publishable_per_minute_per_ip: u32,
    /// Writes with one bare publishable key, from everywhere.
    pub publishable_per_minute: u32,
    /// How many of those may come at once.
    pub publishable_burst: u32,
    /// Looks at the sealing parameters with a publishable key, by client address.
    pub params_per_minute_per_ip: u32,
    /// Calls with one connect session.
    pub session_per_minute: u32,
    /// Calls with one secret key.
    pub secret_per_minute: u32,
    /// Checks of stored keys, by customer.
    pub validations_per_hour: u32,
    /// Keys that fail their check, by client address and customer.
    pub failures_per_hour: u32,
    /// Requests with a token that stands for nobody, by client address.
    pub failed_authentications_per_minute: u32,
    /// Requests with a wrong admin key, by client address.
    pub failed_admin_per_minute: u32,
}

pub(super) fn read(reader: &mut Reader) -> Option<LimitsConfig> {
    let mut count = |name: &str| reader.count(&format!("limits.{name}"), 1..=1_000_000);
    let publishable_per_minute_per_ip = count("publishable_per_minute_per_ip");
    let publishable_per_minute = count("publishable_per_minute");
    let publishable_burst = count("publishable_burst");
    let params_per_minute_per_ip = count("params_per_minute_per_ip");
    let session_per_minute = count("session_per_minute");
    let secret_per_minute = count("secret_per_minute");
    let validations_per_hour = count("validations_per_hour");
    let failures_per_hour = count("failures_per_hour");
    let failed_authentications_per_minute = count("failed_authentications_per_minute");
    let failed_admin_per_minute = count("failed_admin_per_minute");
    Some(LimitsConfig {
        publishable_per_minute_per_ip: publishable_per_minute_per_ip?,
        publishable_per_minute: publishable_per_minute?,
        publishable_burst: publishable_burst?,
        params_per_minute_per_ip: params_per_minute_per_ip?,
        session_per_minute: session_per_minute?,
        secret_per_minute: secret_per_minute?,
        validations_per_hour: validations_per_hour?,
        failures_per_hour: failures_per_hour?,
        failed_authentications_per_minute: failed_authentications_per_minute?,
        failed_admin_per_minute: failed_admin_per_minute?,
    })
}

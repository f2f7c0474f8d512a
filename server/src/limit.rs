//! Rate limits: token buckets per address, token and customer, in this process's memory.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock, Reference},
    middleware::{NoOpMiddleware, StateInformationMiddleware},
    nanos::Nanos,
    state::keyed::DefaultKeyedStateStore,
};
use ipnet::IpNet;

use crate::config::LimitsConfig;

/// Too much; come back later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimited {
    /// When the next try can pass.
    pub retry_after: Duration,
}

/// All limits of a server.
pub struct Limits<C: Clock = DefaultClock> {
    publishable_by_ip: Bucket<C>,
    publishable_by_token: Bucket<C>,
    params_by_ip: Bucket<C>,
    session: Bucket<C>,
    secret: Bucket<C>,
    validations: Bucket<C>,
    failures: Failures<C>,
    authentications: Failures<C>,
    admin: Failures<C>,
}

impl Limits {
    /// From settings, on the machine's monotonic clock.
    #[must_use]
    pub fn new(config: &LimitsConfig) -> Self {
        Self::with_clock(config, &DefaultClock::default())
    }
}

impl<C: Clock + Clone> Limits<C> {
    /// On a clock of one's own.
    pub fn with_clock(config: &LimitsConfig, clock: &C) -> Self {
        let per_minute = |count| Quota::per_minute(at_least_one(count));
        let per_hour = |count| Quota::per_hour(at_least_one(count));
        let by_token =
            per_minute(config.publishable_per_minute).allow_burst(at_least_one(config.publishable_burst));
        Self {
            publishable_by_ip: Bucket::new(per_minute(config.publishable_per_minute_per_ip), clock),
            publishable_by_token: Bucket::new(by_token, clock),
            params_by_ip: Bucket::new(per_minute(config.params_per_minute_per_ip), clock),
            session: Bucket::new(per_minute(config.session_per_minute), clock),
            secret: Bucket::new(per_minute(config.secret_per_minute), clock),
            validations: Bucket::new(per_hour(config.validations_per_hour), clock),
            failures: Failures::new(per_hour(config.failures_per_hour), clock),
            authentications: Failures::new(per_minute(config.failed_authentications_per_minute), clock),
            admin: Failures::new(per_minute(config.failed_admin_per_minute), clock),
        }
    }

    /// A write with a bare publishable key.
    pub fn publishable(&self, client: IpAddr, token: &str) -> Result<(), RateLimited> {
        // The address first: one client's flood must not use up the token for everybody.
        self.publishable_by_ip.take(&network(client).to_string())?;
        self.publishable_by_token.take(token)
    }

    /// A look at the sealing parameters with a bare publishable key.
    pub fn params(&self, client: IpAddr, token: &str) -> Result<(), RateLimited> {
        self.params_by_ip.take(&format!("{}/{token}", network(client)))
    }

    /// A write with a connect session. Sessions have a budget each, so that strangers cannot use it up.
    pub fn session(&self, session: &str) -> Result<(), RateLimited> {
        self.session.take(session)
    }

    /// A write with a secret key.
    pub fn secret(&self, token: &str) -> Result<(), RateLimited> {
        self.secret.take(token)
    }

    /// A check of a stored key.
    pub fn validation(&self, environment: &str, ref_id: &str) -> Result<(), RateLimited> {
        self.validations.take(&format!("{environment}/{ref_id}"))
    }

    /// Whether this client may still bring a key that fails for this customer.
    pub fn may_fail(&self, client: IpAddr, customer: &str) -> Result<(), RateLimited> {
        self.failures.check(&format!("{}/{customer}", network(client)))
    }

    /// It did bring one.
    pub fn failed(&self, client: IpAddr, customer: &str) {
        self.failures.record(&format!("{}/{customer}", network(client)));
    }

    /// Whether this client may still present a token.
    pub fn may_authenticate(&self, client: IpAddr) -> Result<(), RateLimited> {
        self.authentications.check(&network(client).to_string())
    }

    /// It presented one that stands for nobody.
    pub fn authentication_failed(&self, client: IpAddr) {
        self.authentications.record(&network(client).to_string());
    }

    /// Whether this client may still present an admin key.
    pub fn may_try_admin(&self, client: IpAddr) -> Result<(), RateLimited> {
        self.admin.check(&network(client).to_string())
    }

    /// It presented a wrong one.
    pub fn admin_failed(&self, client: IpAddr) {
        self.admin.record(&network(client).to_string());
    }

    /// Forgets whoever is back at a full bucket, so that memory does not grow with every address seen.
    pub fn sweep(&self) {
        for bucket in [
            &self.publishable_by_ip,
            &self.publishable_by_token,
            &self.params_by_ip,
            &self.session,
            &self.secret,
            &self.validations,
        ] {
            bucket.limiter.retain_recent();
            bucket.limiter.shrink_to_fit();
        }
        for failures in [&self.failures, &self.authentications, &self.admin] {
            failures.sweep();
        }
    }
}

/// Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, which its holder can use as it likes.
#[must_use]
pub fn network(client: IpAddr) -> IpNet {
    let client = client.to_canonical();
    let prefix = if client.is_ipv4() { 32 } else { 64 };
    IpNet::new(client, prefix).expect("32 and 64 are prefix lengths of these").trunc()
}

type Keyed<C, M> = RateLimiter<String, DefaultKeyedStateStore<String>, C, M>;

struct Bucket<C: Clock> {
    limiter: Keyed<C, NoOpMiddleware<C::Instant>>,
    clock: C,
}

impl<C: Clock + Clone> Bucket<C> {
    fn new(quota: Quota, clock: &C) -> Self {
        Self {
            limiter: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            clock: clock.clone(),
        }
    }

    fn take(&self, key: &str) -> Result<(), RateLimited> {
        self.limiter
            .check_key(&key.to_owned())
            .map_err(|early| RateLimited { retry_after: early.wait_time_from(self.clock.now()) })
    }
}

/// Counts only what went wrong. A client that used up its failures is not listened to until one comes back.
struct Failures<C: Clock> {
    limiter: Keyed<C, StateInformationMiddleware>,
    interval: Nanos,
    blocked: Mutex<HashMap<String, C::Instant>>,
    clock: C,
}

impl<C: Clock + Clone> Failures<C> {
    fn new(quota: Quota, clock: &C) -> Self {
        Self {
            limiter: RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()),
            interval: quota.replenish_interval().into(),
            blocked: Mutex::default(),
            clock: clock.clone(),
        }
    }

    fn check(&self, key: &str) -> Result<(), RateLimited> {
        match self.blocked().get(key) {
            Some(until) if *until > self.clock.now() => {
                Err(RateLimited { retry_after: until.duration_since(self.clock.now()).into() })
            }
            _ => Ok(()),
        }
    }

    fn record(&self, key: &str) {
        let now = self.clock.now();
        let until = match self.limiter.check_key(&key.to_owned()) {
            Ok(state) if state.remaining_burst_capacity() > 0 => return,
            Ok(_) => now + self.interval,
            Err(early) => now + early.wait_time_from(now).into(),
        };
        self.blocked().insert(key.to_owned(), until);
    }

    fn blocked(&self) -> MutexGuard<'_, HashMap<String, C::Instant>> {
        self.blocked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sweep(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
        let now = self.clock.now();
        self.blocked().retain(|_, until| *until > now);
    }
}

fn at_least_one(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const TWO: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn limits() -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let config = LimitsConfig {
            publishable_per_minute_per_ip: 10,
            publishable_per_minute: 60,
            publishable_burst: 20,
            params_per_minute_per_ip: 60,
            session_per_minute: 30,
            secret_per_minute: 6000,
            validations_per_hour: 60,
            failures_per_hour: 5,
            failed_authentications_per_minute: 60,
            failed_admin_per_minute: 10,
        };
        (Limits::with_clock(&config, &clock), clock)
    }

    #[test]
    fn an_address_is_let_through_again_after_retry_after() {
        let (limits, clock) = limits();
        for _ in 0..10 {
            assert_eq!(limits.publishable(ONE, "tok_1"), Ok(()));
        }
        let limited = limits.publishable(ONE, "tok_1").unwrap_err();
        assert_eq!(limits.publishable(TWO, "tok_1"), Ok(()));
        clock.advance(limited.retry_after);
        assert_eq!(limits.publishable(ONE, "tok_1"), Ok(()));
    }

    #[test]
    fn one_address_cannot_use_up_a_token_for_others() {
        let (limits, _) = limits();
        for _ in 0..1_000 {
            let _: Result<(), _> = limits.publishable(ONE, "tok_1");
        }
        assert_eq!(limits.publishable(TWO, "tok_1"), Ok(()));
    }

    #[test]
    fn a_publishable_key_has_a_burst_of_its_own_from_everywhere() {
        let (limits, clock) = limits();
        let from = |host: u8| IpAddr::from([192, 0, 2, host]);
        for host in 0..20 {
            assert_eq!(limits.publishable(from(host), "tok_1"), Ok(()));
        }
        assert_eq!(
            limits.publishable(from(100), "tok_1"),
            Err(RateLimited { retry_after: Duration::from_secs(1) })
        );
        assert_eq!(limits.publishable(from(100), "tok_2"), Ok(()));
        clock.advance(Duration::from_secs(1));
        assert_eq!(limits.publishable(from(101), "tok_1"), Ok(()));
    }

    #[test]
    fn strangers_cannot_use_up_a_sessions_budget() {
        let (limits, _) = limits();
        for _ in 0..1_000 {
            let _: Result<(), _> = limits.publishable(ONE, "tok_1");
            let _: Result<(), _> = limits.session("cse_1");
            limits.failed(ONE, "env/customer_1");
            limits.authentication_failed(ONE);
        }
        for _ in 0..30 {
            assert_eq!(limits.session("cse_2"), Ok(()));
        }
        assert!(limits.session("cse_2").is_err());
        assert_eq!(limits.may_fail(TWO, "env/customer_1"), Ok(()));
    }

    #[test]
    fn every_limit_is_the_configured_one() {
        let (limits, _) = limits();
        let until_limited =
            |call: &dyn Fn() -> Result<(), RateLimited>| (0..10_000).take_while(|_| call().is_ok()).count();
        assert_eq!(until_limited(&|| limits.publishable(ONE, "tok_1")), 10);
        assert_eq!(until_limited(&|| limits.params(ONE, "tok_1")), 60);
        assert_eq!(until_limited(&|| limits.session("cse_1")), 30);
        assert_eq!(until_limited(&|| limits.secret("tok_2")), 6_000);
        assert_eq!(until_limited(&|| limits.validation("env", "customer_1")), 60);
        let attempt = |may: Result<(), RateLimited>, fail: &dyn Fn()| may.inspect(|()| fail());
        let failing =
            || attempt(limits.may_fail(ONE, "env/customer_1"), &|| limits.failed(ONE, "env/customer_1"));
        assert_eq!(until_limited(&failing), 5);
        let guessing = || attempt(limits.may_authenticate(ONE), &|| limits.authentication_failed(ONE));
        assert_eq!(until_limited(&guessing), 60);
        let admin = || attempt(limits.may_try_admin(ONE), &|| limits.admin_failed(ONE));
        assert_eq!(until_limited(&admin), 10);
    }

    #[test]
    fn five_failures_block_that_client_for_that_customer_alone() {
        let (limits, clock) = limits();
        for _ in 0..5 {
            assert_eq!(limits.may_fail(ONE, "env/customer_1"), Ok(()));
            limits.failed(ONE, "env/customer_1");
        }
        let limited = limits.may_fail(ONE, "env/customer_1").unwrap_err();
        assert!(limited.retry_after > Duration::from_mins(11));
        assert_eq!(limits.may_fail(TWO, "env/customer_1"), Ok(()));
        assert_eq!(limits.may_fail(ONE, "env/customer_2"), Ok(()));
        clock.advance(limited.retry_after);
        assert_eq!(limits.may_fail(ONE, "env/customer_1"), Ok(()));
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let (limits, _) = limits();
        for host in 0..10u16 {
            let address = IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, host]);
            assert_eq!(limits.publishable(address, "tok_1"), Ok(()));
        }
        assert!(limits.publishable(IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9]), "tok_1").is_err());
        assert_eq!(limits.publishable(IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1]), "tok_1"), Ok(()));
        let mapped = IpAddr::from([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0201]);
        assert_eq!(network(mapped), network(ONE));
    }

    #[test]
    fn sweeping_forgets_whoever_is_rested() {
        let (limits, clock) = limits();
        for host in 0..1_000u16 {
            let address = IpAddr::from([0x2001, 0xdb8, host, 0, 0, 0, 0, 1]);
            let _: Result<(), _> = limits.publishable(address, "tok_1");
            (0..5).for_each(|_| limits.failed(address, "env/customer_1"));
        }
        clock.advance(Duration::from_hours(2));
        limits.sweep();
        assert_eq!(limits.publishable_by_ip.limiter.len(), 0);
        assert_eq!(limits.failures.blocked().len(), 0);
        assert_eq!(limits.failures.limiter.len(), 0);
    }
}

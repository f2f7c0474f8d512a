//! Connection caps.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ipnet::IpNet;

use crate::limit::network;

/// How many connections there are, in all and from each client.
#[derive(Clone)]
pub(super) struct Permits {
    most: usize,
    most_per_client: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_client: HashMap<IpNet, usize>,
}

/// Leave for one connection, given back when dropped.
pub(super) struct Permit {
    client: IpNet,
    taken: Arc<Mutex<Taken>>,
}

impl Permits {
    pub(super) fn new(most: usize, most_per_client: usize) -> Self {
        Self { most, most_per_client, taken: Arc::default() }
    }

    /// Leave for one more, unless a cap is reached.
    pub(super) fn take(&self, ip: IpAddr) -> Option<Permit> {
        let client = network(ip);
        let mut taken = lock(&self.taken);
        let from_client = taken.by_client.get(&client).copied().unwrap_or(0);
        if taken.all >= self.most || from_client >= self.most_per_client {
            return None;
        }
        taken.all += 1;
        taken.by_client.insert(client, from_client + 1);
        Some(Permit { client, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all -= 1;
        if let Some(from_client) = taken.by_client.get_mut(&self.client) {
            *from_client -= 1;
            if *from_client == 0 {
                taken.by_client.remove(&self.client);
            }
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caps_hold_and_permits_come_back() {
        let permits = Permits::new(3, 2);
        let (one, two) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let first = permits.take(one).unwrap();
        let second = permits.take(one).unwrap();
        assert!(permits.take(one).is_none());
        let third = permits.take(two).unwrap();
        assert!(permits.take(two).is_none());
        drop(first);
        let fourth = permits.take(one).unwrap();
        drop((second, third, fourth));
        assert!(lock(&permits.taken).by_client.is_empty());
    }

    #[test]
    fn an_ipv6_client_cannot_multiply_itself_within_its_network() {
        let permits = Permits::new(10, 1);
        let first = permits.take(IpAddr::from([0x2001, 0xdb8, 1, 2, 0, 0, 0, 1]));
        assert!(permits.take(IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9])).is_none());
        assert!(permits.take(IpAddr::from([0x2001, 0xdb8, 1, 3, 0, 0, 0, 1])).is_some());
        drop(first);
        assert!(permits.take(IpAddr::from([0x2001, 0xdb8, 1, 2, 9, 9, 9, 9])).is_some());
    }
}

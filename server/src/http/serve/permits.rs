//! Connection caps.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// How many connections there are, in all and from each address.
#[derive(Clone)]
pub(super) struct Permits {
    most: usize,
    most_per_ip: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_ip: HashMap<IpAddr, usize>,
}

/// Leave for one connection, given back when dropped.
pub(super) struct Permit {
    ip: IpAddr,
    taken: Arc<Mutex<Taken>>,
}

impl Permits {
    pub(super) fn new(most: usize, most_per_ip: usize) -> Self {
        Self { most, most_per_ip, taken: Arc::default() }
    }

    /// Leave for one more, unless a cap is reached.
    pub(super) fn take(&self, ip: IpAddr) -> Option<Permit> {
        let mut taken = lock(&self.taken);
        let from_ip = taken.by_ip.get(&ip).copied().unwrap_or(0);
        if taken.all >= self.most || from_ip >= self.most_per_ip {
            return None;
        }
        taken.all += 1;
        taken.by_ip.insert(ip, from_ip + 1);
        Some(Permit { ip, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.all -= 1;
        if let Some(from_ip) = taken.by_ip.get_mut(&self.ip) {
            *from_ip -= 1;
            if *from_ip == 0 {
                taken.by_ip.remove(&self.ip);
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
        assert!(lock(&permits.taken).by_ip.is_empty());
    }
}

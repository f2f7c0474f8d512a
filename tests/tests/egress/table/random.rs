//! As many more as are asked for, from a seed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use super::{
    Row,
    embedded::WRAPPERS,
    ranges::{V4, V6},
    spellings::spellings,
};

/// So many destinations that must be refused. The same seed gives the same ones.
pub(crate) fn random(seed: u64, count: usize) -> Vec<Row> {
    let mut draw = Draw(ChaCha20Rng::seed_from_u64(seed));
    (0..count)
        .map(|number| {
            let row = draw.row();
            Row { why: format!("seed {seed}, number {number}: {}", row.why), ..row }
        })
        .collect()
}

struct Draw(ChaCha20Rng);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end as u64).expect("below the end")
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn bits(&mut self) -> u128 {
        (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64())
    }

    /// Somewhere in a special-purpose block.
    fn v4(&mut self) -> (Ipv4Addr, &'static str) {
        let (first, prefix, what) = *self.one(V4);
        let free = u32::try_from(self.bits() & u128::from(u32::MAX >> prefix)).expect("at most 32 bits");
        (Ipv4Addr::from_bits(first.parse::<Ipv4Addr>().expect("it is an address").to_bits() | free), what)
    }

    fn v6(&mut self) -> (Ipv6Addr, &'static str) {
        let (first, prefix, what) = *self.one(V6);
        let free = u128::MAX.checked_shr(prefix).unwrap_or(0) & self.bits();
        (Ipv6Addr::from_bits(first.parse::<Ipv6Addr>().expect("it is an address").to_bits() | free), what)
    }

    fn row(&mut self) -> Row {
        let (v4, what) = self.v4();
        match self.below(6) {
            0 => Row::address(v4.into(), what),
            1 => {
                let (v6, what) = self.v6();
                Row::address(v6.into(), what)
            }
            2 => {
                let (wrapped, wrap) = *self.one(&WRAPPERS);
                Row::address(IpAddr::V6(wrap(v4)), format!("{wrapped}: {v4}"))
            }
            3 => {
                let all = spellings(v4.octets());
                let (how, host) = self.one(&all);
                Row::new(format!("https://{host}/v1"), format!("{v4} {how}"))
            }
            4 => Row::new(format!("https://{v4}:{}/v1", self.below(65_536)), format!("{what}, a port")),
            _ => {
                // A control character, a space, or one of the signs that end or split an authority.
                let sign = char::from(*self.one(b"\0\t\n\r \"#%<>@[\\]^`{|}\x7f"));
                let mut url = format!("https://{v4}.example.com/v1");
                url.insert(8 + self.below(v4.to_string().len()), sign);
                Row::new(url, format!("{sign:?} in the host"))
            }
        }
    }
}

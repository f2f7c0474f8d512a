//! When sealing keys change: next → active → retiring → destroyed. Pure: rows and a time in, moves out.

use std::time::Duration;

use crate::{
    clock::Timestamp,
    store::{SealingKeyRow, SealingKeyState},
};

/// How long sealing keys live.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// How long browsers seal to one key.
    pub rotate_every: Duration,
    /// How long envelopes for the one before it are still opened.
    pub overlap: Duration,
}

/// Why keys change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Time has passed.
    Schedule,
    /// The operator wants the next key now.
    Rotate,
    /// Somebody else may have the private keys: none of them may open anything from now on.
    Compromise,
}

/// What is to change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// Keys and their new states, in an order in which no two are active at once.
    pub(super) moved: Vec<(String, SealingKeyState)>,
    /// States of the keys to make.
    pub(super) fresh: Vec<SealingKeyState>,
}

impl Moves {
    pub(super) const fn is_empty(&self) -> bool {
        self.moved.is_empty() && self.fresh.is_empty()
    }
}

/// However often the operator rotates, no more keys than this are kept for what was sealed to them before.
const MOST_RETIRING: usize = 16;

/// What is due. `keys` are oldest first.
pub(super) fn moves(keys: &[SealingKeyRow], schedule: Schedule, occasion: Occasion, now: Timestamp) -> Moves {
    use SealingKeyState::{Active, Destroyed, Next, Retiring};
    let mut moves = Moves::default();
    let mut to = |key: &SealingKeyRow, state| moves.moved.push((key.kid.clone(), state));
    let find = |state| keys.iter().find(|key| key.state == state);
    if occasion == Occasion::Compromise {
        keys.iter().for_each(|key| to(key, Destroyed));
        moves.fresh = vec![Active, Next];
        return moves;
    }
    let retiring: Vec<_> = keys.iter().filter(|key| key.state == Retiring).collect();
    for (younger, key) in retiring.iter().rev().enumerate() {
        // Their browsers seal anew, unseen by customers.
        if younger >= MOST_RETIRING || key.changed_at.after(schedule.overlap) <= now {
            to(key, Destroyed);
        }
    }
    let (active, next) = (find(Active), find(Next));
    let is_due = |active: &SealingKeyRow| {
        occasion == Occasion::Rotate || active.changed_at.after(schedule.rotate_every) <= now
    };
    match (active, next) {
        (Some(active), Some(next)) if is_due(active) => {
            to(active, Retiring);
            to(next, Active);
            moves.fresh.push(Next);
        }
        (Some(_), Some(_)) => {}
        (Some(_), None) => moves.fresh.push(Next),
        (None, Some(next)) => {
            to(next, Active);
            moves.fresh.push(Next);
        }
        (None, None) => moves.fresh = vec![Active, Next],
    }
    moves
}

#[cfg(test)]
mod tests {
    use SealingKeyState::{Active, Destroyed, Next, Retiring};

    use super::*;

    const DAY: Duration = Duration::from_hours(24);
    const SCHEDULE: Schedule =
        Schedule { rotate_every: Duration::from_hours(30 * 24), overlap: Duration::from_hours(48) };

    fn day(day: u32) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000).after(DAY * day)
    }

    fn key(kid: &str, state: SealingKeyState, since: Timestamp) -> SealingKeyRow {
        SealingKeyRow {
            kid: kid.to_owned(),
            suite: String::new(),
            state,
            public_key: Vec::new(),
            sealed: Vec::new(),
            created_at: since,
            changed_at: since,
        }
    }

    fn at(
        keys: &[SealingKeyRow],
        occasion: Occasion,
        now: Timestamp,
    ) -> (Vec<(String, SealingKeyState)>, Vec<SealingKeyState>) {
        let Moves { moved, fresh } = moves(keys, SCHEDULE, occasion, now);
        (moved, fresh)
    }

    fn to(kid: &str, state: SealingKeyState) -> (String, SealingKeyState) {
        (kid.to_owned(), state)
    }

    #[test]
    fn a_new_server_makes_a_key_and_the_one_after_it() {
        assert_eq!(at(&[], Occasion::Schedule, day(0)), (vec![], vec![Active, Next]));
    }

    #[test]
    fn a_key_is_used_for_its_time_and_retires_for_the_overlap() {
        let keys = [key("a", Active, day(0)), key("b", Next, day(0))];
        assert_eq!(at(&keys, Occasion::Schedule, day(29)), (vec![], vec![]));
        assert_eq!(
            at(&keys, Occasion::Schedule, day(30)),
            (vec![to("a", Retiring), to("b", Active)], vec![Next])
        );

        let keys = [key("a", Retiring, day(30)), key("b", Active, day(30)), key("c", Next, day(30))];
        assert_eq!(at(&keys, Occasion::Schedule, day(31)), (vec![], vec![]));
        assert_eq!(at(&keys, Occasion::Schedule, day(32)), (vec![to("a", Destroyed)], vec![]));
    }

    #[test]
    fn a_server_that_was_off_for_months_catches_up_in_one_step() {
        let keys = [key("a", Retiring, day(0)), key("b", Active, day(0)), key("c", Next, day(0))];
        let expected = vec![to("a", Destroyed), to("b", Retiring), to("c", Active)];
        assert_eq!(at(&keys, Occasion::Schedule, day(200)), (expected, vec![Next]));
    }

    #[test]
    fn the_operator_rotates_at_any_time() {
        let keys = [key("a", Active, day(0)), key("b", Next, day(0))];
        assert_eq!(
            at(&keys, Occasion::Rotate, day(0)),
            (vec![to("a", Retiring), to("b", Active)], vec![Next])
        );
    }

    #[test]
    fn however_often_the_operator_rotates_few_keys_are_kept() {
        let names: Vec<String> = (0..MOST_RETIRING + 2).map(|number| number.to_string()).collect();
        let retiring = names.iter().map(|name| key(name, Retiring, day(0)));
        let keys: Vec<_> = retiring.chain([key("b", Active, day(0)), key("c", Next, day(0))]).collect();
        assert_eq!(
            at(&keys, Occasion::Schedule, day(0)),
            (vec![to("1", Destroyed), to("0", Destroyed)], vec![])
        );
    }

    #[test]
    fn a_compromise_ends_all_keys_at_once() {
        let keys = [key("a", Retiring, day(0)), key("b", Active, day(0)), key("c", Next, day(0))];
        let expected = vec![to("a", Destroyed), to("b", Destroyed), to("c", Destroyed)];
        assert_eq!(at(&keys, Occasion::Compromise, day(0)), (expected, vec![Active, Next]));
    }

    #[test]
    fn a_clock_that_was_set_back_changes_nothing() {
        let keys = [key("a", Retiring, day(30)), key("b", Active, day(30)), key("c", Next, day(30))];
        assert_eq!(at(&keys, Occasion::Schedule, day(1)), (vec![], vec![]));
    }
}

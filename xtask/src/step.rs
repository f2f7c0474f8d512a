//! Names each step and says how long it took.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

/// Runs one step between two lines that name it; its error carries the name.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let started = Instant::now();
    let result = work().with_context(|| name.to_owned())?;
    println!("    {name}: {}", shown(started.elapsed()));
    Ok(result)
}

/// `0.4 s`, `12.3 s`, `3 min 05 s`.
pub(crate) fn shown(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_the_unit_people_read() {
        assert_eq!(shown(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(shown(Duration::from_secs(185)), "3 min 05 s");
    }
}

//! One gateway in one round: started, asked in four ways, ended.

use std::{net::SocketAddr, thread, time::Duration};

use anyhow::{Context as _, Result, anyhow, bail};

use super::{
    http::Call,
    line_up::Gateway,
    load::{Load, Seen},
    process::{Memory, Process},
    stage::Stage,
};

/// Requests a second where latency is measured; every gateway but LiteLLM is mostly idle then.
pub(super) const RATE: u32 = 200;
/// LiteLLM takes 6 seconds on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// What one round told of one gateway; not a number where there is nothing to tell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figures {
    pub(super) ready_ms: f64,
    pub(super) idle_mib: f64,
    /// The most it ever had, under all of the load.
    pub(super) peak_mib: f64,
    pub(super) requests_per_second: f64,
    /// CPU time, in microseconds.
    pub(super) cpu_per_request: f64,
    /// The part of its core that it used for that.
    pub(super) busy: f64,
    /// Latencies at the fixed rate, in microseconds.
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) streams_per_second: f64,
    pub(super) cpu_per_stream: f64,
    /// CPU time of a stream with 10 ms between events, in microseconds.
    pub(super) cpu_per_paced_stream: f64,
    /// First byte of streams with 10 ms between events, in microseconds.
    pub(super) first_byte: f64,
}

/// Each window is `seconds` long. An error carries what the gateway logged last.
pub(super) fn measure(gateway: &dyn Gateway, stage: &Stage<'_>, seconds: f64) -> Result<Figures> {
    stage.forget_log();
    measured(gateway, stage, seconds).map_err(|error| match stage.last_words() {
        words if words.is_empty() => error,
        words => anyhow!("{error:#}; its last words: {words}"),
    })
}

fn measured(gateway: &dyn Gateway, stage: &Stage<'_>, seconds: f64) -> Result<Figures> {
    let mut process = gateway.command(stage)?.map(|mut command| Process::start(&mut command)).transpose()?;
    let (target, ready_ms) = match &mut process {
        Some(process) => (stage.gateway, ready(gateway, stage, process)?),
        None => (stage.upstream, f64::NAN),
    };
    let callers = gateway.callers(stage)?;
    let idle = memory(process.as_ref())?;
    let asked = Asked { gateway, stage, target, callers: &callers, process: process.as_ref(), seconds };

    let full = asked.load("bench-plain", None, 2.0)?;
    if full.seen.answers == 0 {
        bail!("nothing was answered within {seconds} s");
    }
    let rate = asked.load("bench-plain", Some(RATE), 0.5)?;
    let streams = asked.load("bench-fast", None, 0.5)?;
    let paced = asked.load("bench-paced", None, 0.5)?;
    let latency = |share| if rate.seen.is_saturated() { f64::NAN } else { rate.seen.whole.percentile(share) };
    Ok(Figures {
        ready_ms,
        idle_mib: idle.now,
        peak_mib: memory(process.as_ref())?.most,
        requests_per_second: full.seen.answers as f64 / seconds,
        cpu_per_request: full.cpu_per_answer(),
        busy: full.cpu / seconds,
        p50: latency(0.5),
        p99: latency(0.99),
        streams_per_second: streams.seen.answers as f64 / seconds,
        cpu_per_stream: streams.cpu_per_answer(),
        cpu_per_paced_stream: paced.cpu_per_answer(),
        first_byte: paced.seen.first.percentile(0.5),
    })
}

/// Milliseconds from its start to its first good answer.
fn ready(gateway: &dyn Gateway, stage: &Stage<'_>, process: &mut Process) -> Result<f64> {
    let call = Call { method: "GET", path: gateway.ready(), headers: &[], body: "" };
    loop {
        match call.send(stage.gateway) {
            Ok(_) => return Ok(process.since.elapsed().as_secs_f64() * 1e3),
            Err(error) if process.since.elapsed() > PATIENCE => {
                return Err(error).context("it is never ready");
            }
            Err(_) if !process.runs() => bail!("it ended instead of getting ready"),
            Err(_) => thread::sleep(Duration::from_micros(500)),
        }
    }
}

fn memory(process: Option<&Process>) -> Result<Memory> {
    process.map_or(Ok(Memory { now: f64::NAN, most: f64::NAN }), Process::memory)
}

struct Asked<'a> {
    gateway: &'a dyn Gateway,
    stage: &'a Stage<'a>,
    target: SocketAddr,
    callers: &'a [Vec<String>],
    process: Option<&'a Process>,
    seconds: f64,
}

/// A window of load and the gateway's CPU time in it, in seconds.
struct Window {
    seen: Seen,
    cpu: f64,
}

impl Window {
    /// In microseconds; not a number when nothing was answered.
    fn cpu_per_answer(&self) -> f64 {
        if self.seen.answers == 0 { f64::NAN } else { self.cpu / self.seen.answers as f64 * 1e6 }
    }
}

impl Asked<'_> {
    fn load(&self, model: &str, rate: Option<u32>, warm_up: f64) -> Result<Window> {
        let body = format!(
            r#"{{"model":"{model}","messages":[{{"role":"user","content":"What does bring your own key mean?"}}]{}}}"#,
            if model == "bench-plain" { "" } else { r#","stream":true"# }
        );
        let calls = self.callers.iter().map(|headers| Call {
            method: "POST",
            path: self.gateway.path(),
            headers,
            body: &body,
        });
        let contains = if model == "bench-plain" { "pays for what they use" } else { "[DONE]" };
        // What fails for one request need not be measured with thousands.
        let first = calls.clone().next().context("there is a caller")?.send(self.target)?;
        if !first.contains(contains) {
            bail!("{model} is answered {first}");
        }
        let requests: Vec<String> = calls.map(|call| call.text(self.target)).collect();
        let load =
            Load { target: self.target, requests: &requests, rate, contains, warm_up, seconds: self.seconds };
        let mut marks = Vec::new();
        let seen = load.run(self.stage, || {
            marks.push(self.process.map_or(Ok(f64::NAN), Process::cpu)?);
            Ok(())
        })?;
        let [before, after] = marks[..] else { bail!("the load generator marks its window") };
        Ok(Window { seen, cpu: after - before })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Of a round that told nothing.
    pub(in crate::bench::proxy) fn nothing() -> Figures {
        let none = f64::NAN;
        Figures {
            ready_ms: none,
            idle_mib: none,
            peak_mib: none,
            requests_per_second: none,
            cpu_per_request: none,
            busy: none,
            p50: none,
            p99: none,
            streams_per_second: none,
            cpu_per_stream: none,
            cpu_per_paced_stream: none,
            first_byte: none,
        }
    }
}

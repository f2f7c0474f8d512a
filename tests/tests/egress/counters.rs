//! What the kernel says was sent in this namespace, by whomever and to wherever.

/// Attempts since the namespace was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counters {
    /// TCP connections begun, in both families: each is a SYN on the wire, answered or not.
    pub(crate) connects: u64,
    /// UDP datagrams sent, in both families.
    pub(crate) datagrams: u64,
}

impl Counters {
    /// As they stand.
    pub(crate) fn now() -> Self {
        let (v4, v6) = (read("/proc/net/snmp"), read("/proc/net/snmp6"));
        let udp6 = v6.lines().find_map(|line| line.strip_prefix("Udp6OutDatagrams"));
        let udp6: u64 =
            udp6.and_then(|count| count.trim().parse().ok()).expect("the kernel counts UDP over IPv6");
        Self {
            connects: column(&v4, "Tcp:", "ActiveOpens"),
            datagrams: column(&v4, "Udp:", "OutDatagrams") + udp6,
        }
    }
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The file has a line of names and below it a line of numbers for each protocol.
fn column(text: &str, protocol: &str, name: &str) -> u64 {
    let mut lines = text.lines().filter(|line| line.starts_with(protocol)).map(str::split_whitespace);
    let (names, mut numbers) = (lines.next(), lines.next());
    let at = names.and_then(|mut names| names.position(|found| found == name));
    let number = at.and_then(|at| numbers.as_mut()?.nth(at)?.parse().ok());
    number.unwrap_or_else(|| panic!("/proc/net/snmp has no {protocol} {name}"))
}

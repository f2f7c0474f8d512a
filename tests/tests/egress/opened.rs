//! The same destinations with everything opened by the operator: that they are reached then shows that elsewhere
//! nothing is sent because byo does not, and not because nobody would notice.

use std::collections::BTreeSet;

use crate::{
    literals::summary,
    namespace::inside,
    sinks::dialled,
    table::{Row, refused},
    world::{Sent, World},
};

#[test]
fn what_the_operator_opens_is_reached_so_the_sinks_do_see() {
    inside(|| async {
        // Every second one: each costs nine handshakes.
        let rows: Vec<Row> = refused().into_iter().filter(|row| row.leads_to.is_some()).step_by(2).collect();
        let mut world = World::with(&[("BYO_EGRESS__ALLOW", "0.0.0.0/0,::/0")]).await;
        let saved = world.save(&rows).await;
        let at_save = dialled(&world.sinks.take());
        let sent = world.send(&rows).await;
        let at_send = dialled(&world.sinks.take());
        let mut unreached = Vec::new();
        for (row, (saved, sent)) in rows.iter().zip(saved.iter().zip(&sent)) {
            let to = row.leads_to.expect("only those were taken");
            let reached = saved.connect.status == 200
                && at_save.contains(&to)
                && saved.webhook.status == 201
                && sent.validate.json["verdict"] == "valid"
                && sent.delivery == "delivered"
                && sent.proxied.iter().all(|proxied| proxied.outcome() == "answered")
                && at_send.contains(&to);
            if !reached {
                let Sent { proxied, delivery, .. } = sent;
                unreached.push(format!("{row:?}: {:?} {proxied:?} {delivery:?}", saved.connect));
            }
        }
        let distinct: BTreeSet<_> = rows.iter().filter_map(|row| row.leads_to).collect();
        println!("{} destinations at {} addresses reached", rows.len() - unreached.len(), distinct.len());
        assert!(unreached.is_empty(), "{}", summary(&unreached));
        assert!(rows.len() >= 200, "only {} rows", rows.len());
        world.end().await;
    });
}

//! The phases of a server test, one after the other: all bounded in time and bytes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;

use super::list::{Target, Targets, find};
use super::probe::{Greeting, Order, Probe, Reach, Transfer, Trouble};
use super::report::{Phase, ServerResult, Step};
use super::{ALONE_BYTES, Board, MAX_SERVERS, TestRequest};
use crate::engine::Memory;
use crate::web::Tls;

/// Servers that are greeted at once.
const MAX_GREETED_AT_ONCE: usize = 8;
/// How long a server sends alone, where its few MiB take longer.
const ALONE_TIME: Duration = Duration::from_secs(4);
/// How long a broken connection is left alone before it is tried once more.
const AGAIN_AFTER: Duration = Duration::from_millis(300);
/// Bytes of all servers together, where they are fast.
const TOGETHER_BYTES: f64 = 32e6;
/// How long they send together, at least and at most.
const TOGETHER_TIME: (Duration, Duration) = (Duration::from_millis(300), Duration::from_secs(3));
/// The first part of that does not count: connections find out how fast they can be.
const TOGETHER_SETTLING: f64 = 1.0 / 3.0;
/// Seconds that what is ordered ahead lasts while all send.
const AHEAD_SECONDS: f64 = 0.5;
/// Least and most bytes ordered ahead then.
const AHEAD_BYTES: (u64, u64) = (256 << 10, 8 << 20);

/// What a test works with.
#[derive(Clone)]
pub(crate) struct Kit {
    pub(crate) http: reqwest::Client,
    pub(crate) tls: Arc<Tls>,
    pub(crate) memory: Arc<Memory>,
    /// The director where the request names none.
    pub(crate) director: Option<String>,
}

/// A test under way.
struct Test {
    board: Arc<Board>,
    began: Instant,
    tls: Arc<Tls>,
    targets: Vec<Target>,
}

/// Tests the servers, and writes on the board what comes out.
pub(crate) async fn run(board: Arc<Board>, kit: Kit, request: TestRequest) {
    let began = Instant::now();
    let found = find(&kit, &request).await;
    let Targets { targets, need_name, need_bps } = match found {
        Ok(found) => found,
        Err(why) => return board.fail(why),
    };
    {
        let mut report = board.lock();
        (report.need_name, report.need_bps) = (need_name, need_bps);
        report.servers = targets.iter().map(unmeasured).collect();
    }
    let test = Test { board, began, tls: kit.tls, targets };
    let reached = test.greet_all().await;
    let measured = test.alone(reached).await;
    test.together(&measured).await;
    test.note(|report| report.phase = Phase::Done);
}

fn unmeasured(target: &Target) -> ServerResult {
    let (error, step) = match target.sample {
        Some(_) => (None, Step::Waiting),
        None => (Some("it holds no title to measure it by".to_owned()), Step::Done),
    };
    ServerResult {
        name: target.name.clone(),
        address: target.address.clone(),
        route: "none".to_owned(),
        holds: target.holds,
        error,
        step,
        ..ServerResult::default()
    }
}

/// A server that answers: its place, and the way to it.
type Reached = (usize, Reach);

impl Test {
    fn note(&self, change: impl FnOnce(&mut super::TestReport)) {
        let mut report = self.board.lock();
        report.seconds = self.began.elapsed().as_secs_f64();
        change(&mut report);
        report.settle();
    }

    fn of(&self, place: usize, change: impl FnOnce(&mut ServerResult)) {
        self.note(|report| report.servers.get_mut(place).map_or((), change));
    }

    /// Some at once: who is not there costs seconds, and nobody else shall wait for them.
    async fn greet_all(&self) -> Vec<Reached> {
        self.note(|report| report.phase = Phase::Greeting);
        let greetings = (0..self.targets.len().min(MAX_SERVERS)).map(|place| self.greet(place));
        let mut reached: Vec<Reached> = stream::iter(greetings)
            .buffer_unordered(MAX_GREETED_AT_ONCE)
            .filter_map(async |r| r)
            .collect()
            .await;
        reached.sort_by_key(|(place, _)| *place);
        reached
    }

    async fn greet(&self, place: usize) -> Option<Reached> {
        let target = &self.targets[place];
        let sample = target.sample.as_ref()?;
        self.of(place, |server| server.step = Step::Greeting);
        let mut last = None;
        for way in &target.ways {
            let met = Probe::start(way, &self.tls).greet(sample).await;
            match met {
                Ok(greeting) => {
                    self.of(place, |server| {
                        note_greeting(server, &greeting);
                        server.route = way.route();
                        server.step = Step::Waiting;
                    });
                    return Some((place, way.clone()));
                }
                Err(trouble) => last = Some(trouble),
            }
        }
        self.of(place, |server| {
            // Who answers, and be it with a refusal, is there.
            if !matches!(last, Some(Trouble::Unreachable(_)) | None) {
                server.connect_ms = Some(0.0);
            }
            server.error = last.map(|trouble| trouble.to_string());
            server.step = Step::Done;
        });
        None
    }

    /// One after the other; gives those that sent something.
    async fn alone(&self, reached: Vec<Reached>) -> Vec<Reached> {
        self.note(|report| report.phase = Phase::Alone);
        let mut measured = Vec::new();
        for (place, way) in reached {
            self.of(place, |server| server.step = Step::Alone);
            let order = Order { part: 0.25, bytes: ALONE_BYTES, time: ALONE_TIME, ahead: ALONE_BYTES };
            let mut sent = self.send_alone(place, &way, order).await;
            if !sent {
                tokio::time::sleep(AGAIN_AFTER).await;
                sent = self.send_alone(place, &way, order).await;
            }
            self.of(place, |server| server.step = if sent { Step::Waiting } else { Step::Done });
            if sent {
                measured.push((place, way));
            }
        }
        measured
    }

    /// Has a server send; says whether all came.
    async fn send_alone(&self, place: usize, way: &Reach, order: Order) -> bool {
        let Some(sample) = &self.targets[place].sample else { return false };
        let mut probe = Probe::start(way, &self.tls);
        let greeting = match probe.greet(sample).await {
            Ok(greeting) => greeting,
            Err(trouble) => {
                self.of(place, |server| {
                    server.breaks += 1;
                    server.error = Some(trouble.to_string());
                });
                return false;
            }
        };
        let began = Instant::now();
        let transfer = probe
            .transfer(sample, &greeting.held, order, |done, bytes| {
                self.of(place, |server| {
                    server.progress = done.min(1.0);
                    server.bytes += bytes;
                });
            })
            .await;
        self.of(place, |server| {
            note_greeting(server, &greeting);
            note_blocks(server, &transfer);
            if let Some(wait) = transfer.first_byte {
                server.first_byte_ms = Some(millis(greeting.connect + wait));
            }
            if transfer.trouble.is_none() {
                server.alone_bps = transfer.arrivals.sustained_bps();
            } else {
                server.broke_after = Some(began.elapsed().as_secs_f64());
            }
        });
        transfer.trouble.is_none()
    }

    /// All at once, for as long as the fast ones need for their bytes.
    async fn together(&self, measured: &[Reached]) {
        let alone = |place: usize| self.board.lock().servers.get(place).and_then(|server| server.alone_bps);
        let rates: Vec<f64> = measured.iter().filter_map(|(place, _)| alone(*place)).collect();
        let sum: f64 = rates.iter().sum();
        if measured.len() < 2 || sum <= 0.0 {
            self.note(|report| {
                report.together_bps = rates.first().copied();
                report.servers.iter_mut().for_each(|server| server.step = Step::Done);
            });
            return;
        }
        self.note(|report| report.phase = Phase::Together);
        let time = Duration::from_secs_f64((TOGETHER_BYTES * 8.0 / sum).min(TOGETHER_TIME.1.as_secs_f64()))
            .max(TOGETHER_TIME.0);
        let ready = join_all(measured.iter().map(|(place, way)| self.make_ready(*place, way))).await;
        let go = Instant::now();
        let from = go + time.mul_f64(TOGETHER_SETTLING);
        let sending = ready.into_iter().flatten().map(async |(place, mut probe, greeting)| {
            let Some(sample) = &self.targets[place].sample else { return (place, None) };
            let rate = alone(place).unwrap_or_default() / 8.0;
            let ahead = ((rate * AHEAD_SECONDS) as u64).clamp(AHEAD_BYTES.0, AHEAD_BYTES.1);
            // More than it gives in that time, so that nobody is done before the others are.
            let bytes = (rate * time.as_secs_f64() * 1.5) as u64 + ahead;
            let order = Order { part: 0.5, bytes, time, ahead };
            let progress = |done: f64, bytes| {
                self.of(place, |server| {
                    server.progress = done.min(1.0);
                    server.bytes += bytes;
                });
            };
            let transfer = probe.transfer(sample, &greeting.held, order, progress).await;
            (place, Some(transfer))
        });
        let sent = join_all(sending).await;
        let mut total = 0.0;
        for (place, transfer) in sent {
            let Some(transfer) = transfer else { continue };
            let rate = transfer.arrivals.between_bps(from, go + time).unwrap_or(0.0);
            total += rate;
            self.of(place, |server| {
                note_blocks(server, &transfer);
                server.together_bps = Some(rate);
                server.loss = server.alone_bps.map(|alone| (1.0 - rate / alone).clamp(0.0, 1.0));
            });
        }
        self.note(|report| {
            report.together_bps = Some(total);
            report.servers.iter_mut().for_each(|server| server.step = Step::Done);
        });
    }

    async fn make_ready(&self, place: usize, way: &Reach) -> Option<(usize, Probe, Greeting)> {
        let sample = self.targets[place].sample.as_ref()?;
        self.of(place, |server| (server.step, server.progress) = (Step::Together, 0.0));
        let mut probe = Probe::start(way, &self.tls);
        match probe.greet(sample).await {
            Ok(greeting) => Some((place, probe, greeting)),
            Err(trouble) => {
                self.of(place, |server| {
                    server.breaks += 1;
                    server.error = Some(trouble.to_string());
                    server.step = Step::Done;
                });
                None
            }
        }
    }
}

fn note_greeting(server: &mut ServerResult, greeting: &Greeting) {
    server.connect_ms = Some(millis(greeting.connect));
    if let Some(middle) = greeting.rtts.get(greeting.rtts.len() / 2) {
        server.rtt_ms = Some(millis(*middle));
    }
    if let Some(worst) = greeting.rtts.last() {
        server.rtt_worst_ms = Some(millis(*worst).max(server.rtt_worst_ms.unwrap_or(0.0)));
    }
    if let Some(name) =
        greeting.name.as_ref().filter(|name| !name.is_empty() && server.name == server.address)
    {
        server.name.clone_from(name);
    }
}

fn note_blocks(server: &mut ServerResult, transfer: &Transfer) {
    server.blocks += transfer.right + transfer.wrong;
    server.wrong_blocks += transfer.wrong;
    server.unchecked_blocks += transfer.unchecked;
    if let Some(trouble) = &transfer.trouble {
        server.breaks += 1;
        server.error = Some(trouble.to_string());
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

//! Small blocks in a session: how many blocks are looked at for each that comes.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;

use super::looks;
use crate::geometry::{Geometry, Seq, StreamId};
use crate::pattern::SourceId;
use crate::session::{Action, Config, CutOver, Demand, Event, PlannerKind, Session};
use crate::time::Time;
use crate::verify::{GROUP, Value, build_page, group_value};
use crate::walker::Walker;
use crate::wire::{Frame, encoded_len};

/// Bytes of the streams here.
const SIZE: u64 = 50_000;
/// What is allowed: a little more than what is needed.
const MAX_LOOKS_A_BLOCK: u64 = 50;
const MAX_LOOKS_AN_EVENT: u64 = 300_000;
/// The reader says where it is after so many blocks.
const DEMAND_STEP: u64 = 4000;
/// Time goes on in steps of this.
const STEP: Duration = Duration::from_millis(1);

/// A server behind a link: what it says and hears is under way for a while, and it sends so many bytes in
/// a step.
struct Server {
    walker: Walker,
    one_way: Duration,
    bytes_a_step: usize,
    to_it: VecDeque<(Time, Frame)>,
    from_it: VecDeque<(Time, Frame)>,
}

/// What a fetch took.
#[derive(Debug)]
struct Cost {
    /// Blocks that were looked at, for each block that there is.
    looks_a_block: u64,
    /// Most blocks that were looked at for one event.
    most_looks: u64,
    /// Most bytes that were outstanding after one.
    most_outstanding: u64,
}

impl Cost {
    fn check(&self, copies: u64) {
        assert!(self.looks_a_block < MAX_LOOKS_A_BLOCK * copies, "{self:?}");
        assert!(self.most_looks < MAX_LOOKS_AN_EVENT, "{self:?}");
    }
}

/// How the stream is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// All of it is wanted at once.
    Whole,
    /// One reader goes through it.
    Onwards,
    /// Two equal readers, one from the start and one from the middle.
    Equal,
}

/// A session and its servers.
struct Table {
    session: Session,
    geometry: Geometry,
    bytes: Bytes,
    groups: Vec<Value>,
    servers: Vec<Server>,
    stored: BTreeSet<Seq>,
    now: Time,
    /// How the reader reads.
    reading: Reading,
    most_looks: u64,
    most_outstanding: u64,
    /// Steps of time.
    steps: u64,
}

fn source(index: usize) -> SourceId {
    SourceId::new(index as u8).unwrap()
}

impl Table {
    fn new(size: u64, block_size: u32, config: Config, servers: &[(usize, u64)]) -> Self {
        let bytes: Vec<u8> = (0..size).map(|at| (at * 31 % 251) as u8).collect();
        let chunks = bytes.chunks(GROUP as usize).enumerate();
        let groups: Vec<Value> = chunks.map(|(i, group)| group_value(i as u64 * GROUP, group)).collect();
        let geometry = Geometry::new(size, block_size).unwrap();
        let stream = StreamId(*blake3::hash(&bytes).as_bytes());
        let identify = config.identify;
        let session = Session::new(stream, geometry, config).unwrap();
        let server = |(index, (bytes_a_step, millis)): (usize, &(usize, u64))| Server {
            walker: Walker::identifying(source(index), geometry, identify),
            one_way: Duration::from_millis(*millis),
            bytes_a_step: *bytes_a_step,
            to_it: VecDeque::new(),
            from_it: VecDeque::new(),
        };
        let servers: Vec<Server> = servers.iter().enumerate().map(server).collect();
        let now = Time::ZERO + Duration::from_secs(1);
        let stored = BTreeSet::new();
        Self {
            session,
            geometry,
            bytes: bytes.into(),
            groups,
            servers,
            stored,
            now,
            reading: Reading::Whole,
            most_looks: 0,
            most_outstanding: 0,
            steps: 0,
        }
    }

    /// One call into the session.
    fn handle(&mut self, event: Event) {
        self.count(|session, now| session.handle(now, event));
    }

    fn count(&mut self, call: impl FnOnce(&mut Session, Time)) {
        let before = looks();
        call(&mut self.session, self.now);
        self.most_looks = self.most_looks.max(looks() - before);
        while let Some(action) = self.session.poll() {
            match action {
                Action::Send(to, frame) => {
                    let server = &mut self.servers[to.index()];
                    server.to_it.push_back((self.now + server.one_way, frame));
                }
                Action::Store { seq, bytes, .. } => {
                    let range = self.geometry.range(seq);
                    assert_eq!(bytes, self.bytes[range.start as usize..range.end as usize]);
                    assert!(self.stored.insert(seq), "block {seq} is stored twice");
                }
                Action::Close(source) => panic!("the connection to {source} is closed"),
                Action::Connect(_) | Action::Notice(_) => {}
            }
        }
    }

    /// A server takes what it is told, and sends as much as it can in a step.
    fn work(&mut self, index: usize) {
        let (size, server) = (self.geometry.size(), &mut self.servers[index]);
        let arrives = self.now + server.one_way;
        while server.to_it.front().is_some_and(|(at, _)| *at <= self.now) {
            let Some((_, frame)) = server.to_it.pop_front() else { break };
            let answer = match frame {
                Frame::Open { .. } => Some(Frame::Opened { size, held: crate::held::Held::all() }),
                Frame::Echo { nonce, payload } => Some(Frame::EchoReply { nonce, payload }),
                Frame::PageRequest { page } => build_page(&self.groups, size, page)
                    .map(|values| Frame::Page { page, values: values.into() }),
                other => server.walker.handle(&other).unwrap(),
            };
            server.from_it.extend(answer.map(|answer| (arrives, answer)));
        }
        let mut sent = 0;
        while sent < server.bytes_a_step {
            let Some(order) = server.walker.next_order() else { break };
            let range = self.geometry.range(order.seq);
            for frame in order.frames(self.bytes.slice(range.start as usize..range.end as usize)) {
                sent += encoded_len(&frame);
                server.from_it.push_back((arrives, frame));
            }
        }
    }

    /// The session hears what has come from a server.
    fn hear(&mut self, index: usize) {
        let server = &mut self.servers[index];
        let come = server.from_it.partition_point(|(at, _)| *at <= self.now);
        let frames: Vec<Frame> = server.from_it.drain(..come).map(|(_, frame)| frame).collect();
        let bytes: usize = frames.iter().map(encoded_len).sum();
        let source = source(index);
        if bytes > 0 {
            self.handle(Event::Received { source, bytes });
        }
        for frame in frames {
            self.handle(Event::Frame { source, frame });
        }
    }

    /// What is wanted, once `read` blocks are read in order.
    fn demand(&self, read: u64) -> Demand {
        let (end, middle) = (self.geometry.blocks() + 1, self.geometry.blocks() / 2);
        match self.reading {
            Reading::Whole | Reading::Onwards => Demand { main: read + 1..end, others: Vec::new() },
            Reading::Equal => Demand { main: 1..1, others: vec![read + 1..middle, middle..end] },
        }
    }

    fn step(&mut self) {
        self.most_outstanding = self.most_outstanding.max(self.session.outstanding_bytes());
        self.now = self.now + STEP;
        self.steps += 1;
        for index in 0..self.servers.len() {
            self.work(index);
            self.hear(index);
        }
        if self.session.next_tick().is_some_and(|due| due <= self.now) {
            self.count(Session::tick);
        }
    }

    /// Fetches all of it. After a quarter the first server has only `slows_to` of its bytes a step left.
    fn fetch(mut self, reading: Reading, slows_to: usize) -> Cost {
        self.reading = reading;
        let blocks = self.geometry.blocks();
        let before = looks();
        self.handle(Event::Demand(self.demand(0)));
        for index in 0..self.servers.len() {
            let (source, rtt) = (source(index), self.servers[index].one_way * 2);
            self.handle(Event::Added { source, hint: None, gives_pages: true });
            self.handle(Event::Connected { source, rtt, relayed: false });
        }
        let mut read = 0;
        while (self.stored.len() as u64) < blocks {
            assert!(self.steps < 20_000, "{} of {blocks} blocks are here", self.stored.len());
            self.step();
            let here = (read + 1..=blocks).take_while(|seq| self.stored.contains(seq)).count() as u64;
            if reading != Reading::Whole && here >= DEMAND_STEP {
                read += here;
                self.handle(Event::Demand(self.demand(read)));
            }
            if self.stored.len() as u64 >= blocks / 4 {
                self.servers[0].bytes_a_step = slows_to;
            }
        }
        Cost {
            looks_a_block: (looks() - before) / blocks,
            most_looks: self.most_looks,
            most_outstanding: self.most_outstanding,
        }
    }
}

fn fetch(block_size: u32, reading: Reading, slows_to: usize, choose: impl FnOnce(&mut Config)) -> Cost {
    let mut config = Config::default();
    choose(&mut config);
    let servers = [(60_000, 1), (30_000, 5), (10_000, 3)];
    let cost = Table::new(SIZE, block_size, config, &servers).fetch(reading, slows_to);
    println!("blocks of {block_size}, {reading:?}, {slows_to}: {cost:?}");
    cost
}

/// Two groups of one-byte blocks may be outstanding, and one may be proved at once.
#[test]
fn what_a_block_costs_does_not_grow_with_their_number() {
    let plain = |_: &mut Config| {};
    for block_size in [1, 7, 1000] {
        for reading in [Reading::Whole, Reading::Onwards, Reading::Equal] {
            for slows_to in [60_000, 2_000] {
                fetch(block_size, reading, slows_to, plain).check(1);
            }
        }
    }
}

#[test]
fn nor_by_other_planners_and_policies() {
    for planner in [PlannerKind::Arrival, PlannerKind::Interval] {
        for cut_over in [CutOver::Lease, CutOver::Prediction, CutOver::Synchronous] {
            for redundancy in [1, 2] {
                let choose = |config: &mut Config| {
                    (config.planner, config.cut_over, config.redundancy) = (planner, cut_over, redundancy);
                };
                fetch(1, Reading::Whole, 2_000, choose).check(u64::from(redundancy));
            }
        }
    }
}

/// Two equal readers want all of the stream, block by block in turns, and each block has parts in two groups: the
/// others of its groups have groups of their own, and so on to the stream's end.
#[test]
fn groups_beside_the_walk_wait_for_room() {
    let (block_size, most) = (11_534, 400_000);
    let config = Config { max_outstanding_bytes: most, ..Config::default() };
    let servers = [(10_000, 40), (5_000, 40), (2_000, 60)];
    let cost = Table::new(4_000_001, block_size, config, &servers).fetch(Reading::Equal, 10_000);
    println!("{cost:?}");
    assert!(cost.most_outstanding > most / 2, "{cost:?}");
    assert!(cost.most_outstanding < most + 8 * (u64::from(block_size) + GROUP), "{cost:?}");
}

//! The kinds of faults, and how often each took effect.

/// Lists the kinds once.
macro_rules! faults {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// Something that can go wrong, or happen at all.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Fault {
            $($(#[$doc])+ $name,)+
        }

        impl Fault {
            /// Every kind.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

faults! {
    // --- the link
    /// Each delivery comes a little later or sooner than the one before.
    Jitter,
    /// A lost segment holds up all that follows until it was sent again.
    Loss,
    /// Another route: the round trip changes at once.
    RouteChange,
    /// A quarter of the rate.
    Slow,
    /// A fortieth of the rate.
    Trickle,
    /// Nothing for a moment, then all of it at once; again and again.
    HoldThenBurst,
    /// Nothing passes, nobody is told.
    Partition,
    /// The same towards the player only.
    PartitionToPlayer,
    /// The same towards the server only.
    PartitionToServer,
    /// All servers share one bottleneck.
    SharedBottleneck,
    /// The way leads through a relay: the connect tells the round trip of its first part only.
    Relayed,
    /// The relay that several ways lead through is gone for a while, and all of them with it.
    RelayCrash,
    /// The relay that several ways lead through changes blocks on each of them.
    LyingRelay,

    // --- connections
    /// The connection is reset.
    Reset,
    /// The same when half a block has come.
    ResetInsideBlock,
    /// Reset again and again.
    Flapping,
    /// The server's process ends, and starts again later.
    Crash,
    /// The server's process is stopped; its connection stands.
    Stop,
    /// The server says that it goes away, takes nobody for a while, and comes back.
    Drain,
    /// The server comes back under another address.
    AddressChange,
    /// Nothing listens there.
    Refused,
    /// A connect is never answered.
    Unreachable,
    /// Closes each connection as it comes.
    ClosesAtOnce,
    /// Takes connections and says nothing.
    Mute,
    /// As many connections as it takes.
    Busy,
    /// Speaks no version of ours.
    OldServer,
    /// The client may not have the stream.
    Forbidden,

    // --- the copy
    /// The director's table is stale: the server doesn't hold the stream.
    StaleTable,
    /// It holds parts of the stream only.
    PartialCopy,
    /// The same, and it comes to hold more while it plays: a file that is still being written.
    GrowingCopy,
    /// Its copy has another size.
    OtherSize,
    /// Its copy was cut off while it served it.
    Truncated,
    /// Its copy was replaced by other bytes while it served it.
    Replaced,
    /// It could not read its copy, once.
    ReadError,
    /// What the player tells it takes effect late: late acknowledgements, late echoes.
    LateAnswers,

    // --- lies and nonsense
    /// Some blocks have a flipped bit.
    FlippedBits,
    /// Its hash pages are forged.
    ForgedPages,
    /// A plain web server: it has no hash pages, and the director says so.
    NoPages,
    /// It never answers for a hash page.
    DeafToPages,
    /// Some blocks come under a wrong number.
    WrongNumber,
    /// Each block comes twice.
    Doubled,
    /// Blocks that nobody ordered.
    Unrequested,
    /// Some of its blocks never come.
    Withheld,
    /// Blocks of generations that are past, or that never were.
    WrongGeneration,
    /// Answers to what nobody asked.
    OddAnswers,
    /// A frame that only a player may send.
    OddFrame,
    /// A block of no bytes.
    EmptyBlock,
    /// A frame of no bytes.
    ZeroFrame,
    /// A frame that says it is larger than any may be.
    OversizeFrame,
    /// Bytes that are no frame.
    Garbage,
    /// A frame that goes on for ever.
    EndlessFrame,
    /// A frame that comes byte by byte.
    DrippingFrame,
    /// Frames without end, and none of its blocks.
    EndlessFrames,

    // --- who is there
    /// A server joins while the stream runs.
    LateJoin,
    /// Connections come up in another order than they were begun.
    ReorderedJoins,
    /// The director takes a server off its list, and puts it back.
    LeaseLapse,
    /// The director forgets all servers, and learns of them anew.
    DirectorRestart,

    // --- the player's machine and its reader
    /// The clock jumps forward: the machine slept.
    ClockForward,
    /// The clock jumps back.
    ClockBack,
    /// The player's process does nothing for a while.
    ClientStall,
    /// A seek to far away.
    FarSeek,
    /// Many seeks at once.
    SeekStorm,
    /// The reader pauses.
    Pause,
    /// The reader pauses for an hour.
    HourPause,
    /// The reader is slower than the servers.
    SlowReader,
    /// A second place is read as well.
    SideRead,
    /// Several readers, none before the others.
    EqualReaders,
    /// The cache is small.
    SmallCache,
    /// The cache drops blocks that are still wanted.
    Evictions,
    /// Some of the film is on the player's disk.
    KeptOnDisk,
    /// The same, and some of that can't be read any more.
    SpoiltDisk,
}

impl Fault {
    /// Whether a server with it never gives the whole stream any more: somebody else must.
    pub(crate) const fn is_lasting(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Unreachable
                | Self::ClosesAtOnce
                | Self::Mute
                | Self::Busy
                | Self::OldServer
                | Self::Forbidden
                | Self::StaleTable
                | Self::PartialCopy
                | Self::GrowingCopy
                | Self::LyingRelay
                | Self::OtherSize
                | Self::Truncated
                | Self::Replaced
                | Self::FlippedBits
                | Self::ForgedPages
                | Self::NoPages
                | Self::DeafToPages
                | Self::WrongNumber
                | Self::Withheld
                | Self::OddAnswers
                | Self::EmptyBlock
                | Self::Garbage
                | Self::EndlessFrame
                | Self::DrippingFrame
                | Self::EndlessFrames
        )
    }

    /// Whether it is there from the start, rather than happening at some time.
    pub(crate) const fn is_from_start(self) -> bool {
        !matches!(
            self,
            Self::RouteChange
                | Self::Slow
                | Self::Trickle
                | Self::HoldThenBurst
                | Self::Partition
                | Self::PartitionToPlayer
                | Self::PartitionToServer
                | Self::Reset
                | Self::ResetInsideBlock
                | Self::Flapping
                | Self::Crash
                | Self::RelayCrash
                | Self::Stop
                | Self::Drain
                | Self::AddressChange
                | Self::Truncated
                | Self::Replaced
                | Self::ReadError
                | Self::OddFrame
                | Self::EmptyBlock
                | Self::ZeroFrame
                | Self::OversizeFrame
                | Self::Garbage
                | Self::LeaseLapse
                | Self::DirectorRestart
                | Self::ClockForward
                | Self::ClockBack
                | Self::ClientStall
                | Self::FarSeek
                | Self::SeekStorm
                | Self::Pause
                | Self::HourPause
                | Self::Evictions
        )
    }

    /// Whether it sends blocks twice by itself: duplicates then say nothing of the session.
    pub(crate) const fn doubles(self) -> bool {
        matches!(self, Self::Doubled | Self::Unrequested | Self::WrongNumber)
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FaultSet(u128);

impl FaultSet {
    pub(crate) const fn insert(&mut self, fault: Fault) {
        self.0 |= 1 << fault as u32;
    }

    pub(crate) const fn remove(&mut self, fault: Fault) {
        self.0 &= !(1 << fault as u32);
    }

    /// Whether something in it is lasting.
    pub(crate) fn has_lasting(self) -> bool {
        self.0 != 0 && Fault::ALL.iter().any(|fault| fault.is_lasting() && self.contains(*fault))
    }

    pub(crate) const fn contains(self, fault: Fault) -> bool {
        self.0 & (1 << fault as u32) != 0
    }
}

/// How often each kind took effect.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally([u64; Fault::ALL.len()]);

impl Default for Tally {
    fn default() -> Self {
        Self([0; Fault::ALL.len()])
    }
}

impl Tally {
    pub(crate) const fn count(&mut self, fault: Fault) {
        self.0[fault as usize] += 1;
    }

    pub(crate) const fn of(&self, fault: Fault) -> u64 {
        self.0[fault as usize]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            *sum += more;
        }
    }
}

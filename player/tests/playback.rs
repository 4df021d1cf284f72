//! Whole films through the real pipeline, from a source that waits and fails on demand.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

use support::{Kind, TestSource, Watched, film};
use tributary_player::media::{Failure, Input, LoadOptions, MediaEvent, SeekKind};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn is_end(event: &MediaEvent) -> bool {
    matches!(event, MediaEvent::EndOfFile)
}

/// From first byte to end: facts, pictures up to the last, one end and nothing amiss.
fn plays_whole(kind: Kind) {
    let source = TestSource::open(film(kind, 3));
    let mut watched = Watched::playing(&source);
    let facts = watched.ready();
    assert!(facts.seekable);
    let duration = facts.duration.expect("a length");
    assert!(duration >= ms(2_900) && duration <= ms(3_200), "{duration:?}");
    let video = facts.video.expect("a picture");
    assert_eq!((video.width, video.height), (160, 120));
    assert!((video.frames_per_second - 25.0).abs() < 0.1, "{video:?}");
    assert!(!video.codec.is_empty() && !video.decoder.is_empty(), "{video:?}");
    assert_eq!(facts.audio.expect("a sound").sample_rate_hz, 48_000);
    watched.wait_for(&MediaEvent::EndOfFile);
    watched.listen(ms(300));
    assert_eq!(watched.count(is_end), 1);
    assert_eq!(
        watched.count(|event| matches!(
            event,
            MediaEvent::Failed(_) | MediaEvent::LeftOut { .. } | MediaEvent::Warning(_)
        )),
        0,
        "{:?}",
        watched.told
    );
    assert!(watched.player.position().unwrap() >= ms(2_880), "{:?}", watched.player.position());
    assert!(watched.player.quit());
}

#[test]
fn an_mp4_with_its_index_last_plays_whole() {
    plays_whole(Kind::Mp4MoovLast);
}

#[test]
fn an_mp4_with_its_index_first_plays_whole() {
    plays_whole(Kind::Mp4MoovFirst);
}

#[test]
fn a_matroska_film_plays_whole() {
    plays_whole(Kind::Matroska);
}

#[test]
fn a_webm_film_plays_whole() {
    plays_whole(Kind::WebM);
}

#[test]
fn the_first_picture_needs_the_beginning_and_the_index_only() {
    for kind in [Kind::Mp4MoovFirst, Kind::Mp4MoovLast, Kind::Matroska, Kind::WebM] {
        let bytes = film(kind, 10);
        // Not the middle, where whoever must find out what kind of file it is looks too.
        let source = TestSource::up_to(bytes.clone(), bytes.len() as u64 * 2 / 5);
        let mut watched = Watched::playing(&source);
        assert!(watched.ready().video.is_some());
        assert!(watched.player.quit());
    }
}

#[test]
fn a_stall_holds_the_picture_and_loses_none_of_the_film() {
    let bytes = film(Kind::Mp4MoovFirst, 12);
    let size = bytes.len() as u64;
    let source = TestSource::up_to(bytes, size * 2 / 3);
    let mut watched = Watched::playing(&source);
    watched.ready();
    watched.buffering();
    let stands = watched.player.position().unwrap();
    watched.listen(ms(3_000));
    assert_eq!(watched.player.position().unwrap(), stands, "the picture must stand still");
    assert_eq!(watched.count(is_end), 0);
    assert_eq!(watched.count(|event| matches!(event, MediaEvent::BufferingEnded)), 0);
    source.let_through(size);
    watched.wait_for(&MediaEvent::BufferingEnded);
    watched.wait_for(&MediaEvent::EndOfFile);
    let times = watched.times.lock().unwrap();
    let jump = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap();
    assert!(jump < ms(1_000), "after a stall of 3 s the film jumped by {jump:?}");
}

#[test]
fn pause_and_play_while_bytes_are_awaited_change_only_what_is_wanted() {
    let bytes = film(Kind::Matroska, 12);
    let size = bytes.len() as u64;
    let source = TestSource::up_to(bytes, size * 2 / 3);
    let mut watched = Watched::playing(&source);
    watched.buffering();
    watched.player.set_paused(true);
    watched.wait_for(&MediaEvent::Paused);
    source.let_through(size);
    watched.wait_for(&MediaEvent::BufferingEnded);
    let stands = watched.player.position().unwrap();
    watched.listen(ms(500));
    assert!(watched.player.position().unwrap() <= stands + ms(100), "a paused film must not go on");
    watched.player.set_paused(false);
    watched.wait_for(&MediaEvent::EndOfFile);
}

#[test]
fn a_failed_read_is_a_network_failure_and_never_an_end() {
    for kind in [Kind::Mp4MoovFirst, Kind::WebM] {
        let bytes = film(kind, 6);
        let part = bytes.len() as u64 * 2 / 3;
        let source = TestSource::up_to(bytes, part);
        source.fail("no server can be reached");
        let mut watched = Watched::playing(&source);
        watched.wait_for(&MediaEvent::Failed(Failure::Network("no server can be reached".into())));
        watched.listen(ms(700));
        assert_eq!(watched.count(is_end), 0, "{kind:?}");
        assert_eq!(watched.count(|event| matches!(event, MediaEvent::Failed(_))), 1, "{kind:?}");
        // The same player plays the next title.
        let next = TestSource::open(film(kind, 1));
        watched.player.load(Input::Source(next), LoadOptions::default());
        watched.wait_for(&MediaEvent::EndOfFile);
    }
}

#[test]
fn a_film_that_breaks_off_has_no_end() {
    for kind in [Kind::Mp4MoovFirst, Kind::Matroska] {
        let mut bytes = film(kind, 12);
        bytes.truncate(bytes.len() / 2);
        let mut watched = Watched::playing(&TestSource::open(bytes));
        let (at, lasts) = watched.wait("the fault", |event| match event {
            MediaEvent::Failed(Failure::BreaksOff { at, lasts }) => Some((*at, *lasts)),
            _ => None,
        });
        assert!(at > ms(3_000) && at < ms(9_000) && lasts > ms(11_500), "{kind:?}: {at:?} of {lasts:?}");
        assert_eq!(watched.count(is_end), 0, "{kind:?}");
    }
}

#[test]
fn a_seek_out_of_a_wait_does_not_wait() {
    let bytes = film(Kind::Mp4MoovFirst, 12);
    let part = bytes.len() as u64 * 2 / 3;
    let source = TestSource::up_to(bytes, part);
    let mut watched = Watched::playing(&source);
    watched.buffering();
    watched.player.seek(ms(1_000), SeekKind::Exact);
    let place = watched.wait("the seek's end", |event| match event {
        MediaEvent::Seeked(place) => Some(*place),
        _ => None,
    });
    assert!(place >= ms(900) && place <= ms(1_100), "{place:?}");
    // Into what is not here, and back out again.
    watched.player.seek(ms(11_000), SeekKind::Exact);
    watched.wait_for(&MediaEvent::Seeking(ms(11_000)));
    watched.buffering();
    assert_eq!(watched.player.position(), Some(ms(11_000)), "the target shows while the seek waits");
    watched.player.seek(ms(2_000), SeekKind::Exact);
    watched.wait("the second seek's end", |event| matches!(event, MediaEvent::Seeked(_)).then_some(()));
    assert!(watched.player.position().unwrap() < ms(4_000));
    assert_eq!(watched.count(is_end), 0);
}

#[test]
fn stop_and_quit_end_a_wait_at_once() {
    for kind in [Kind::Mp4MoovLast, Kind::Matroska] {
        let source = TestSource::up_to(film(kind, 2), 100);
        let watched = Watched::playing(&source);
        while !source.is_waited_for() {
            std::thread::sleep(ms(5));
        }
        watched.player.stop();
        let again = TestSource::up_to(film(kind, 2), 2_000);
        watched.player.load(Input::Source(again.clone()), LoadOptions::default());
        while !again.is_waited_for() {
            std::thread::sleep(ms(5));
        }
        assert!(watched.player.quit(), "{kind:?}");
        assert!(!again.is_waited_for());
    }
}

#[test]
fn rapid_seeks_end_at_the_newest_and_never_at_a_false_end() {
    for kind in [Kind::Mp4MoovLast, Kind::Matroska, Kind::WebM] {
        let source = TestSource::open(film(kind, 10));
        let mut watched = Watched::playing(&source);
        watched.ready();
        for n in 0..20_u64 {
            let place = ms(n * 3_700 % 9_000);
            let kind = if n % 3 == 0 { SeekKind::Exact } else { SeekKind::Key };
            watched.player.seek(place, kind);
            // On a busy machine the seek is done before one looks: to the key picture before the place.
            let told = watched.player.position().unwrap();
            assert!(told <= place && place - told <= ms(1_000), "{told:?}, not {place:?}");
            watched.listen(ms(n % 4 * 20));
        }
        watched.player.seek(ms(7_000), SeekKind::Exact);
        let place = watched.wait("the last seek's end", |event| match event {
            MediaEvent::Seeked(place) if *place >= ms(6_900) && *place <= ms(7_300) => Some(*place),
            _ => None,
        });
        assert_eq!(watched.count(is_end), 0, "{kind:?} at {place:?}: {:?}", watched.told);
        watched.wait_for(&MediaEvent::EndOfFile);
        watched.listen(ms(300));
        assert_eq!(watched.count(is_end), 1, "{kind:?}");
        assert_eq!(watched.count(|event| matches!(event, MediaEvent::Failed(_))), 0, "{kind:?}");
    }
}

#[test]
fn after_the_end_a_seek_plays_again() {
    let source = TestSource::open(film(Kind::WebM, 2));
    let mut watched = Watched::playing(&source);
    watched.wait_for(&MediaEvent::EndOfFile);
    watched.player.seek(ms(500), SeekKind::Exact);
    watched.wait_for(&MediaEvent::EndOfFile);
    assert_eq!(watched.count(is_end), 2);
}

/// Serves `film` once over HTTP, in one piece from its start: nobody can jump in it.
fn served_in_one_piece(film: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, film) = (stream.unwrap(), film.clone());
            std::thread::spawn(move || {
                // One read holds the whole request; who hangs up early has seen enough.
                let _ = stream.read(&mut [0; 4096]);
                let head = "HTTP/1.0 200 OK\r\nContent-Type: video/webm\r\nConnection: close\r\n\r\n";
                let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&film));
            });
        }
    });
    format!("http://{address}/film.webm")
}

#[test]
fn a_refused_seek_says_where_it_stays_and_the_film_goes_on() {
    let mut watched = Watched::new();
    let address = served_in_one_piece(film(Kind::WebM, 6));
    watched.player.load(Input::Uri(address), LoadOptions::default());
    assert!(!watched.ready().seekable);
    watched.player.seek(ms(5_000), SeekKind::Exact);
    watched.wait("the seek", |event| matches!(event, MediaEvent::Seeking(_)).then_some(()));
    let place = watched.wait("its end", |event| match event {
        MediaEvent::Seeked(place) => Some(*place),
        _ => None,
    });
    assert!(place < ms(4_000), "{place:?}");
    assert!(watched.player.position().unwrap() < ms(4_500), "{:?}", watched.player.position());
    watched.wait("the end", |event| is_end(event).then_some(()));
}

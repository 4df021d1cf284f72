//! Orders and rates, without a socket.

use super::*;

fn order(bytes: u64, ahead: u64) -> Order {
    Order { part: 0.0, bytes, time: Duration::from_secs(4), ahead }
}

#[test]
fn a_course_runs_ahead_by_its_window_and_starts_over_at_the_end() {
    let block = u64::from(BLOCK_BYTES);
    let ground = Ground { first: 5, last: 10, start: 8 };
    let mut course = Course::new(ground, order(8 * block, 2 * block));
    assert_eq!(course.next(), Some(Step { generation: 1, begins: Some(8), from: 8, lease: 9 }));
    assert_eq!(course.next(), None, "the window is full");
    assert!(!course.came(1, 12) && !course.came(2, 8), "never ordered");
    assert!(course.came(1, 8) && !course.came(1, 8));
    assert_eq!(course.next(), Some(Step { generation: 1, begins: None, from: 10, lease: 10 }));
    assert!(course.came(1, 9) && course.came(1, 10));
    assert_eq!(course.next(), Some(Step { generation: 2, begins: Some(5), from: 5, lease: 6 }));
    for seq in 5..10 {
        assert!(course.came(2, seq), "{seq}");
        course.next();
    }
    assert!(course.is_over() && course.done() == 1.0);
    assert_eq!(course.next(), None);
}

#[test]
fn a_rate_leaves_the_start_out() {
    let began = Instant::now();
    let mut arrivals = Arrivals::new(began);
    let at = |millis| began + Duration::from_millis(millis);
    // A second of slow start, then 1 MB a second.
    arrivals.add(at(1000), 500_000);
    for step in 1..=10 {
        arrivals.add(at(1000 + 100 * step), 100_000);
    }
    arrivals.end(at(2500));
    assert_eq!(arrivals.total(), 1_500_000);
    let sustained = arrivals.sustained_bps().unwrap();
    assert!((sustained - 8e6).abs() < 1e3, "{sustained}");
    let window = arrivals.between_bps(at(1500), at(2000)).unwrap();
    assert!((window - 8e6).abs() < 1e3, "{window}");
    assert_eq!(arrivals.between_bps(at(2100), at(2500)), None, "nothing came");
    assert_eq!(Arrivals::new(began).sustained_bps(), None);
}

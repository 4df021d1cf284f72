//! The server test: what is said, how the table is ordered, what the buttons ask for.

use std::sync::Arc;

use egui::{Theme, vec2};
use egui_kittest::kittest::Queryable;
use fetch_engine::diagnose::report::{
    Phase, REFERENCE_BPS, REFERENCE_NAME, ServerResult, SortBy, Step, TestReport,
};
use fetch_engine::diagnose::verdict::{Grade, Says, TestVerdict};

use crate::state::{Command, Event, State, fixture};
use crate::testing::Stage;

fn server(name: &str, address: &str, (rtt, first): (f64, f64), rate: f64) -> ServerResult {
    ServerResult {
        name: name.to_owned(),
        address: address.to_owned(),
        route: "direct".to_owned(),
        step: Step::Waiting,
        connect_ms: Some(rtt),
        rtt_ms: Some(rtt),
        rtt_worst_ms: Some(rtt),
        first_byte_ms: Some(first),
        alone_bps: Some(rate),
        bytes: 4 << 20,
        blocks: 256,
        holds: Some((412, 412)),
        says: says(Grade::Good, "Good", "holds 412 of 412"),
        ..ServerResult::default()
    }
}

fn says(grade: Grade, word: &str, detail: &str) -> Says {
    Says { grade, word: word.to_owned(), detail: detail.to_owned() }
}

/// The test in the middle, as the picture draws it.
fn report() -> TestReport {
    let mut beta = server("beta", "192.168.1.31:7410", (164.0, 402.0), 5.8e6);
    (beta.breaks, beta.broke_after) = (1, Some(2.1));
    beta.says = says(Grade::Warning, "Unsteady", "broke after 2.1 s, came back: the connection was reset");
    let gamma = server("gamma", "media.example.net:7410", (41.0, 88.0), 4.4e6);
    let delta = ServerResult {
        route: "relay west".to_owned(),
        step: Step::Alone,
        progress: 0.5,
        alone_bps: None,
        bytes: 2 << 20,
        says: says(Grade::Unknown, "Sending alone", ""),
        ..server("delta", "10.8.0.4:7410", (96.0, 211.0), 0.0)
    };
    let epsilon = ServerResult {
        name: "epsilon".to_owned(),
        address: "192.168.1.40:7410".to_owned(),
        route: "none".to_owned(),
        step: Step::Done,
        says: says(Grade::Bad, "Not reached", "no answer within 3 s"),
        ..ServerResult::default()
    };
    TestReport {
        phase: Phase::Alone,
        need_name: REFERENCE_NAME.to_owned(),
        need_bps: REFERENCE_BPS,
        servers: vec![server("alpha", "192.168.1.20:7410", (12.0, 31.0), 9.4e6), beta, gamma, delta, epsilon],
        verdict: TestVerdict {
            grade: Grade::Warning,
            sentence: "Four of five servers answer; beta is unsteady".to_owned(),
            cause:
                "beta: broke after 2.1 s, came back: the connection was reset. epsilon was not reached: no \
                    answer within 3 s."
                    .to_owned(),
        },
        ..TestReport::default()
    }
}

fn done() -> TestReport {
    let mut report = report();
    report.phase = Phase::Done;
    report.together_bps = Some(14.9e6);
    for (server, together) in report.servers.iter_mut().zip([7.1e6, 2.9e6, 4.3e6]) {
        server.step = Step::Done;
        server.together_bps = Some(together);
        server.loss = server.alone_bps.map(|alone| 1.0 - together / alone);
    }
    report.servers[3].step = Step::Done;
    report.servers[3].says = says(Grade::Unknown, "Not measured", "");
    report
}

fn showing(report: Option<TestReport>) -> State {
    let mut state = fixture::library();
    state.apply(Event::ServerTestShown);
    if let Some(report) = report {
        state.apply(Event::ServersTested(Arc::new(report)));
    }
    state
}

#[test]
fn a_test_under_way_and_one_that_is_done() {
    let mut stage = Stage::new(showing(Some(report())));
    stage.picture("diagnose");
    for said in
        ["Four of five servers answer; beta is unsteady", "relay west", "measuring", "Not reached", "164 ms"]
    {
        assert!(stage.harness.query_by_label(said).is_some(), "{said}");
    }
    stage.commands();
    stage.harness.get_by_label("Stop").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::StopServerTest]);
    stage.apply(Event::ServersTested(Arc::new(done())));
    stage.picture("diagnose-done");
    assert!(stage.harness.query_by_label("−50 %").is_some(), "beta loses half when all send");
    stage.harness.get_by_label("Test again").click();
    stage.harness.get_by_label("Export").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::TestServers, Command::ExportServers]);
}

#[test]
fn heads_of_columns_order_the_table() {
    let mut stage = Stage::new(showing(Some(done())));
    stage.commands();
    stage.harness.get_by_label("Order by RTT").click();
    stage.settle();
    assert_eq!(stage.commands(), [Command::SortServers(SortBy::Rtt)]);
    stage.apply(Event::ServersSorted(SortBy::Name));
    stage.apply(Event::ServersSorted(SortBy::Name));
    let top = |name: &str| {
        let all = stage.harness.query_all_by_label(name).map(|node| node.rect()).filter(|r| r.left() > 240.0);
        all.map(|rect| rect.top() as i32).next().expect("it is in the table")
    };
    assert!(top("gamma") < top("epsilon") && top("epsilon") < top("alpha"));
}

#[test]
fn before_the_first_test_and_when_none_is_possible() {
    let mut stage = Stage::new(showing(None));
    stage.picture("diagnose-empty");
    stage.commands();
    // The side bar has the same button; the page's is right of it.
    stage
        .harness
        .query_all_by_label("Test the servers")
        .find(|node| node.rect().left() > 240.0)
        .expect("the page has one")
        .click();
    stage.settle();
    assert!(stage.commands().contains(&Command::TestServers));
    let why = "the director at attic.local:7400 can't be reached: nothing listens there".to_owned();
    let mut failed = TestReport { phase: Phase::Failed(why.clone()), ..TestReport::default() };
    failed.verdict =
        TestVerdict { grade: Grade::Bad, sentence: "Nothing could be tested".to_owned(), cause: why.clone() };
    stage.apply(Event::ServersTested(Arc::new(failed)));
    stage.picture("diagnose-failed");
    assert!(stage.harness.query_by_label(&why).is_some());
}

#[test]
fn in_light_small_and_large() {
    Stage::sized(showing(Some(done())), vec2(1280.0, 800.0), Theme::Light).picture("diagnose-light");
    let stage = Stage::sized(showing(Some(report())), vec2(800.0, 500.0), Theme::Dark);
    stage.picture("diagnose-800x500");
    assert!(stage.harness.query_by_label("gamma").is_some());
    Stage::sized(showing(Some(done())), vec2(1920.0, 1080.0), Theme::Light).picture("diagnose-1920");
}

#[test]
fn it_is_reached_from_the_side_bar_and_the_settings() {
    let mut stage = Stage::new(fixture::library());
    stage.commands();
    stage.harness.get_by_label("Test the servers").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::ShowServerTest));
    stage.apply(Event::SettingsShown(crate::state::settings::SettingsPage::Network));
    stage.commands();
    stage.harness.get_by_label("Test servers").click();
    stage.settle();
    assert!(stage.commands().contains(&Command::ShowServerTest));
}

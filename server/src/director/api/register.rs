//! What content servers and relays ask: to be listed, to stay listed, to be taken off.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use serde::Deserialize;
use tributary_core::directory::{LeaseGrant, Registration, RelayRegistration, Renewal};

use super::problem::{Failure, JsonBody, Path, Query, in_time, read_json};
use crate::director::Director;
use crate::director::intake;
use crate::director::store::Now;

/// Time for a table of contents to come, the wait for its turn included.
const TABLE_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) async fn register(
    State(director): State<Director>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Json<LeaseGrant>, Failure> {
    let name = intake::name(&name)?;
    let read = async {
        let _place = director.tables.acquire().await;
        read_json::<Registration>(request).await
    };
    let told = in_time(TABLE_TIMEOUT, read).await?;
    let table = intake::registration(told, peer.ip())?;
    let (address, titles) = (table.address.clone(), table.titles.len());
    let granted = director.store.register(name.clone(), table, Now::read()).await?;
    tracing::info!(server = name, address, titles, fence = granted.grant.fence, "registered");
    director.tell(granted.changed);
    Ok(Json(granted.grant))
}

pub(super) async fn register_relay(
    State(director): State<Director>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(name): Path<String>,
    JsonBody(told): JsonBody<RelayRegistration>,
) -> Result<Json<LeaseGrant>, Failure> {
    let name = intake::name(&name)?;
    let relay = intake::relay(told, peer.ip())?;
    let (address, reaches) = (relay.address.clone(), relay.reaches.len());
    let granted = director.store.register_relay(name.clone(), relay, Now::read()).await?;
    tracing::info!(relay = name, address, reaches, fence = granted.grant.fence, "registered");
    director.tell(granted.changed);
    Ok(Json(granted.grant))
}

pub(super) async fn renew(
    State(director): State<Director>,
    Path(name): Path<String>,
    JsonBody(renewal): JsonBody<Renewal>,
) -> Result<Json<LeaseGrant>, Failure> {
    let granted = director.store.renew(intake::name(&name)?, intake::renewal(renewal), Now::read()).await?;
    director.tell(granted.changed);
    Ok(Json(granted.grant))
}

/// `?instance=`.
#[derive(Debug, Deserialize)]
pub(super) struct Leaving {
    instance: String,
}

pub(super) async fn withdraw(
    State(director): State<Director>,
    Path(name): Path<String>,
    Query(leaving): Query<Leaving>,
) -> Result<StatusCode, Failure> {
    let name = intake::name(&name)?;
    let changed = director.store.withdraw(name.clone(), leaving.instance).await?;
    tracing::info!(server = name, "withdrawn");
    director.tell(changed);
    Ok(StatusCode::NO_CONTENT)
}

//! Whether the desktop wants dark or light windows: its portal says so, and tells when it changes.

use std::io;
use std::thread;

use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{OwnedValue, Value};

const PORTAL: &str = "org.freedesktop.portal.Desktop";
const PATH: &str = "/org/freedesktop/portal/desktop";
const SETTINGS: &str = "org.freedesktop.portal.Settings";
const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";

/// What the desktop wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark windows.
    Dark,
    /// Light ones.
    Light,
}

/// Tells what the desktop wants now and whenever that changes, on a thread of its own; nothing where it has no
/// wish, or no portal. `address` is that of the bus, or the session's.
///
/// # Errors
/// Where the system gives no thread.
pub fn follow(
    address: Option<String>,
    on_scheme: impl Fn(Option<Scheme>) + Send + 'static,
) -> io::Result<()> {
    thread::Builder::new().name("scheme".into()).spawn(move || {
        if let Err(why) = listen(address.as_deref(), &on_scheme) {
            tracing::info!("the desktop does not say whether it is dark or light: {why}");
        }
    })?;
    Ok(())
}

fn listen(address: Option<&str>, on_scheme: &impl Fn(Option<Scheme>)) -> zbus::Result<()> {
    let bus = match address {
        Some(address) => Builder::address(address)?.build()?,
        None => Connection::session()?,
    };
    let settings = Proxy::new(&bus, PORTAL, PATH, SETTINGS)?;
    // First asked to be told of changes, so that none is missed.
    let changes = settings.receive_signal("SettingChanged")?;
    let now: OwnedValue = settings.call("Read", &(NAMESPACE, KEY))?;
    on_scheme(scheme(&now));
    for change in changes {
        let body = change.body();
        if let Ok((namespace, key, value)) = body.deserialize::<(&str, &str, Value<'_>)>()
            && (namespace, key) == (NAMESPACE, KEY)
        {
            on_scheme(scheme(&value));
        }
    }
    Ok(())
}

/// Understands the portal's number, which some portals wrap twice.
fn scheme(value: &Value<'_>) -> Option<Scheme> {
    match value {
        Value::Value(inner) => match &**inner {
            Value::Value(inner) => of_number(inner),
            inner => of_number(inner),
        },
        value => of_number(value),
    }
}

fn of_number(value: &Value<'_>) -> Option<Scheme> {
    match value {
        Value::U32(1) => Some(Scheme::Dark),
        Value::U32(2) => Some(Scheme::Light),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_understood_however_often_they_are_wrapped() {
        let wrapped = |number| Value::Value(Box::new(Value::U32(number)));
        assert_eq!(scheme(&Value::U32(1)), Some(Scheme::Dark));
        assert_eq!(scheme(&wrapped(2)), Some(Scheme::Light));
        assert_eq!(scheme(&Value::Value(Box::new(wrapped(1)))), Some(Scheme::Dark));
        assert_eq!(scheme(&wrapped(0)), None);
        assert_eq!(scheme(&Value::from("dark")), None);
    }
}

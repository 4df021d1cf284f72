//! Where the built programs are: beside the test itself, unless `TRIBUTARY_BIN_DIR` says otherwise.

use std::path::PathBuf;

/// The directory of the built programs.
#[must_use]
pub fn directory() -> PathBuf {
    std::env::var_os("TRIBUTARY_BIN_DIR").map_or_else(
        || {
            let test = std::env::current_exe().expect("a running program has a path");
            let beside = test.parent().expect("a program lies in a directory");
            // Tests lie in `deps`, one below the programs.
            if beside.ends_with("deps") { beside.with_file_name("") } else { beside.to_path_buf() }
        },
        PathBuf::from,
    )
}

/// Path of a built program: `tributary-server`, `tributary-fetch` or `tributary`.
///
/// # Panics
/// Where it was not built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let path = directory().join(name);
    assert!(path.is_file(), "{} is not built; ./dev test builds it, see CONTRIBUTING.md", path.display());
    path
}

//! Configuration files: TOML, in which an unknown key is an error that names the key and the line.

use std::path::Path;

use anyhow::Context;
use serde::de::DeserializeOwned;

/// Reads a configuration file.
///
/// # Errors
/// A sentence that names the file and, for what is wrong inside it, the line and the key.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("the configuration file {} can't be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("the configuration file {} is wrong", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::content::ContentFile;

    fn parse(text: &str) -> anyhow::Result<ContentFile> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("content.toml");
        std::fs::write(&path, text).unwrap();
        read(&path)
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let said = format!("{:#}", parse("name = \"alpha\"\n\nrate_limt = \"20Mbit\"\n").unwrap_err());
        assert!(said.contains("rate_limt") && said.contains("line 3"), "{said}");
        assert!(said.contains("content.toml"), "{said}");
    }

    #[test]
    fn a_wrong_value_is_named_with_its_line() {
        let said = format!("{:#}", parse("rate_limit = \"fast\"\n").unwrap_err());
        assert!(said.contains("fast") && said.contains("line 1"), "{said}");
    }

    #[test]
    fn all_keys_are_read() {
        let file = parse(
            "name = 'a'\nlisten = '127.0.0.1:1'\nadvertise = 'h:2'\ndirectory = '/f'\n\
             director = 'http://d'\nrate_limit = '1Mbit'\nstate = '/s'\nplain = true\nopen = true\n",
        )
        .unwrap();
        assert_eq!(file.name.as_deref(), Some("a"));
        assert_eq!(file.plain, Some(true));
    }

    #[test]
    fn the_packaged_examples_are_read() {
        let content: ContentFile = toml::from_str(include_str!("../../../packaging/content.toml")).unwrap();
        assert_eq!(content.name.as_deref(), Some("alpha"));
        let director = include_str!("../../../packaging/director.toml");
        assert!(toml::from_str::<crate::cli::director::DirectorFile>(director).is_ok());
    }
}

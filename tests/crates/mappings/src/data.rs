//! Plain data of any shape.

crate::echoes! {
    toml toml_ref: toml::Value;
    toml_table toml_table_ref: toml::Table;
    number number_ref: serde_json::Number;
    yaml yaml_ref: serde_yaml::Value;
}

/// A value that is written with a date in it, and with a key that is no text.
pub fn read(toml: &str, yaml: &str) -> Option<(toml::Value, serde_yaml::Value)> {
    Some((
        toml.parse::<toml::Table>().ok()?.into(),
        serde_yaml::from_str(yaml).ok()?,
    ))
}

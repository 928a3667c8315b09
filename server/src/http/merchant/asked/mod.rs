//! What merchants may ask, described for the OpenAPI document: one type for each body and each query that a handler
//! reads field by field.
//!
//! Nothing is read by these types: the readers beside the handlers say better what is wrong with a field. A test sends
//! every name to every call and holds the two to each other (`tests/it/openapi`).

use serde::Serialize;
use utoipa::ToSchema;

pub mod manage;
mod numbers;
pub mod pay;
pub mod queries;
pub mod words;

/// One, or with the query that asks for it a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum OneOrAll<T> {
    /// The one.
    One(T),
    /// Every one.
    All(Vec<T>),
}

//! What may be written as text or as a JSON number.

use utoipa::openapi::schema::{KnownFormat, OneOf, Schema, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};

/// An amount that must be there.
pub(super) fn amount() -> RefOr<Schema> {
    either("^[1-9][0-9]{0,15}$", 1, false)
}

/// An amount that may be absent.
pub(super) fn maybe_amount() -> RefOr<Schema> {
    either("^[1-9][0-9]{0,15}$", 1, true)
}

/// A price: a gift costs nothing.
pub(super) fn maybe_price() -> RefOr<Schema> {
    either("^(0|[1-9][0-9]{0,15})$", 0, true)
}

/// How many of something.
pub(super) fn maybe_count() -> RefOr<Schema> {
    either("^(0|[1-9][0-9]{0,9})$", 0, true)
}

fn either(pattern: &str, least: i64, may_be_null: bool) -> RefOr<Schema> {
    let kinds = if may_be_null { vec![Type::String, Type::Null] } else { vec![Type::String] };
    let kind = match kinds.as_slice() {
        [only] => SchemaType::Type(only.clone()),
        _ => SchemaType::Array(kinds),
    };
    let text = ObjectBuilder::new().schema_type(kind).pattern(Some(pattern));
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
        .minimum(Some(least));
    let mut either = OneOf::new();
    either.items.extend([text.build().into(), number.build().into()]);
    RefOr::T(Schema::OneOf(either))
}

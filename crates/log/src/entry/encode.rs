//! Writes an entry straight into canonical bytes.
//!
//! Going through a JSON value first would cost several times as much, and this is on the path of every governed write. The
//! members stand in the order of their names; a test compares the result with the general writer.

use uuid::Uuid;

use super::{Actor, ActorKind, Entry, Outcome, Request, RiskLevel, Sealed, Subject};
use crate::canonical::{CanonicalError, write_string, write_unsigned, write_value};

pub(super) fn write(out: &mut Vec<u8>, entry: &Entry) -> Result<(), CanonicalError> {
    out.extend_from_slice(b"{\"action\":");
    write_string(out, &entry.action);
    out.extend_from_slice(b",\"actor\":");
    write_actor(out, &entry.actor);
    write_optional_uuid(out, b",\"causationId\":", entry.causation_id);
    write_optional_uuid(out, b",\"correlationId\":", entry.correlation_id);
    out.extend_from_slice(b",\"details\":");
    write_value(out, &entry.details, 1)?;
    out.extend_from_slice(b",\"id\":");
    write_uuid(out, entry.id);
    out.extend_from_slice(b",\"index\":");
    write_unsigned(out, entry.index);
    write_optional_uuid(out, b",\"modelId\":", entry.model_id);
    out.extend_from_slice(b",\"outcome\":");
    write_outcome(out, entry.outcome);
    out.extend_from_slice(b",\"previousHash\":\"");
    out.extend_from_slice(&entry.previous_hash.hex_digits());
    out.push(b'"');
    if let Some(request) = &entry.request {
        write_request(out, request);
    }
    if let Some(level) = entry.risk_level {
        write_risk_level(out, level);
    }
    out.extend_from_slice(b",\"schemaVersion\":");
    write_unsigned(out, entry.schema_version.into());
    out.extend_from_slice(b",\"subject\":");
    write_subject(out, &entry.subject);
    out.extend_from_slice(b",\"time\":");
    write_string(out, &entry.time);
    out.extend_from_slice(b",\"type\":");
    write_string(out, &entry.kind);
    out.push(b'}');
    Ok(())
}

fn write_actor(out: &mut Vec<u8>, actor: &Actor) {
    out.extend_from_slice(b"{\"id\":");
    write_uuid(out, actor.id);
    out.extend_from_slice(match actor.kind {
        ActorKind::User => b",\"kind\":\"USER\"}".as_slice(),
        ActorKind::Service => b",\"kind\":\"SERVICE\"}",
        ActorKind::System => b",\"kind\":\"SYSTEM\"}",
    });
}

fn write_subject(out: &mut Vec<u8>, subject: &Subject) {
    out.extend_from_slice(b"{\"id\":");
    write_string(out, &subject.id);
    out.extend_from_slice(b",\"kind\":");
    write_string(out, &subject.kind);
    write_optional(out, b",\"name\":", subject.name.as_deref());
    out.push(b'}');
}

fn write_request(out: &mut Vec<u8>, request: &Request) {
    out.extend_from_slice(b",\"request\":");
    let start = out.len();
    write_sealed(out, b",\"ip\":", request.ip.as_ref());
    write_optional(out, b",\"sessionId\":", request.session_id.as_deref());
    write_optional(out, b",\"traceId\":", request.trace_id.as_deref());
    write_sealed(out, b",\"userAgent\":", request.user_agent.as_ref());
    // Each member brought its comma; the first one turns into the opening brace.
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

fn write_sealed(out: &mut Vec<u8>, name: &[u8], sealed: Option<&Sealed>) {
    if let Some(sealed) = sealed {
        out.extend_from_slice(name);
        out.extend_from_slice(b"{\"data\":");
        write_string(out, &sealed.data);
        out.extend_from_slice(b",\"subject\":");
        write_uuid(out, sealed.subject);
        out.push(b'}');
    }
}

fn write_optional(out: &mut Vec<u8>, name: &[u8], text: Option<&str>) {
    if let Some(text) = text {
        out.extend_from_slice(name);
        write_string(out, text);
    }
}

fn write_optional_uuid(out: &mut Vec<u8>, name: &[u8], id: Option<Uuid>) {
    if let Some(id) = id {
        out.extend_from_slice(name);
        write_uuid(out, id);
    }
}

fn write_uuid(out: &mut Vec<u8>, id: Uuid) {
    let mut buffer = Uuid::encode_buffer();
    out.push(b'"');
    out.extend_from_slice(id.hyphenated().encode_lower(&mut buffer).as_bytes());
    out.push(b'"');
}

fn write_outcome(out: &mut Vec<u8>, outcome: Outcome) {
    out.extend_from_slice(match outcome {
        Outcome::Success => b"\"SUCCESS\"",
        Outcome::Failure => b"\"FAILURE\"",
        Outcome::Partial => b"\"PARTIAL\"",
    });
}

fn write_risk_level(out: &mut Vec<u8>, level: RiskLevel) {
    out.extend_from_slice(b",\"riskLevel\":");
    out.extend_from_slice(match level {
        RiskLevel::Low => b"\"LOW\"".as_slice(),
        RiskLevel::Medium => b"\"MEDIUM\"",
        RiskLevel::High => b"\"HIGH\"",
        RiskLevel::Critical => b"\"CRITICAL\"",
    });
}

//! XML as a bank writes it: what is asked for becomes a tree that knows its lines, everything else is passed over. A file may come
//! from anybody: what is hostile, or too much, is refused.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Unreadable;

/// The elements that anybody asks for.
const WORDS: &[&str] = &[
    "Document",
    "BkToCstmrStmt",
    "Stmt",
    "Acct",
    "Id",
    "IBAN",
    "Othr",
    "Ntry",
    "NtryRef",
    "Amt",
    "CdtDbtInd",
    "RvslInd",
    "Sts",
    "Cd",
    "BookgDt",
    "ValDt",
    "Dt",
    "DtTm",
    "AcctSvcrRef",
    "NtryDtls",
    "TxDtls",
    "Refs",
    "EndToEndId",
    "AmtDtls",
    "TxAmt",
    "RltdPties",
    "Dbtr",
    "Pty",
    "Nm",
    "RmtInf",
    "Ustrd",
    "Strd",
    "CdtrRefInf",
    "Ref",
    "RtrInf",
    "BkTxCd",
    "Domn",
    "Fmly",
    "SubFmlyCd",
];

/// Deeper than any statement.
const DEEPEST: usize = 64;

/// A credit has about twenty of them.
const MOST: usize = 2_000_000;

/// An element that is asked for.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: &'static str,
    /// Its line in the file, from 1.
    pub(super) line: usize,
    /// `Ccy`, where it has one.
    pub(super) currency: Option<String>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The children of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first along this path.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Element> {
        let mut here = self;
        for name in path {
            here = here.children.iter().find(|child| child.name == *name)?;
        }
        Some(here)
    }

    /// The text of the first along this path, without gaps around it; nothing where it is empty.
    pub(super) fn text(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(Element::own_text).filter(|text| !text.is_empty())
    }

    /// Its own text, without gaps around it.
    pub(super) fn own_text(&self) -> &str {
        self.text.trim()
    }
}

/// The root of a document, and the namespace that it is in.
pub(super) fn read(text: &str) -> Result<(String, Element), Unreadable> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut tree = Tree { line: 1, ..Tree::default() };
    let mut counted = 0;
    loop {
        let begin = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let passed = text.as_bytes().get(counted..begin).unwrap_or_default();
        tree.line += passed.iter().filter(|byte| **byte == b'\n').count();
        counted = begin;
        let event = reader.read_event().map_err(|error| tree.fault(&error.to_string()))?;
        if matches!(event, Event::Eof) {
            return tree.whole();
        }
        tree.grow(event)?;
    }
}

#[derive(Default)]
struct Tree {
    line: usize,
    namespace: String,
    open: Vec<Element>,
    /// How deep we are in what nobody asks for.
    passed_over: usize,
    elements: usize,
    root: Option<Element>,
}

impl Tree {
    fn fault(&self, why: &str) -> Unreadable {
        Unreadable { line: self.line, why: why.to_owned() }
    }

    fn grow(&mut self, event: Event<'_>) -> Result<(), Unreadable> {
        match event {
            Event::Start(tag) => self.begin(&tag),
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) => self.append(&text.xml10_content()),
            Event::CData(text) => self.append(&text.xml10_content()),
            Event::GeneralRef(name) => self.append(self.char_of(&name)?.encode_utf8(&mut [0; 4])),
            Event::DocType(_) => Err(self.fault("it has a document type (DTD), which no bank needs")),
            Event::Decl(said) => match said.encoding() {
                Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case("utf-8") => Err(self.fault(
                    "it says that it is not in UTF-8: convert it, such as with iconv, and its first line too",
                )),
                Some(Err(error)) => Err(self.fault(&error.to_string())),
                Some(Ok(_)) | None => Ok(()),
            },
            Event::Empty(_) | Event::Comment(_) | Event::PI(_) | Event::Eof => Ok(()),
        }
    }

    fn begin(&mut self, tag: &BytesStart<'_>) -> Result<(), Unreadable> {
        if self.open.len() + self.passed_over >= DEEPEST {
            return Err(self.fault("it is nested too deep"));
        }
        let is_root = self.open.is_empty();
        if is_root && self.root.is_some() {
            return Err(self.fault("something stands behind its end"));
        }
        let local = tag.local_name();
        let name = WORDS.iter().find(|word| **word == local.as_ref());
        let Some(name) = name.filter(|_| self.passed_over == 0) else {
            if is_root {
                return Err(self.fault("its root is no Document"));
            }
            self.passed_over += 1;
            return Ok(());
        };
        self.elements += 1;
        if self.elements > MOST {
            return Err(self.fault("it has too many elements: import it in parts"));
        }
        let mut element = Element { name, line: self.line, ..Element::default() };
        self.read_attributes(tag, is_root, &mut element)?;
        self.open.push(element);
        Ok(())
    }

    fn read_attributes(
        &mut self,
        tag: &BytesStart<'_>,
        is_root: bool,
        element: &mut Element,
    ) -> Result<(), Unreadable> {
        let prefix = tag.name().prefix().map(|prefix| format!("xmlns:{}", prefix.as_ref()));
        let namespace = prefix.unwrap_or_else(|| "xmlns".to_owned());
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.fault(&error.to_string()))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.fault(&error.to_string()))?;
            let key: &str = attribute.key.as_ref();
            if key == "Ccy" {
                element.currency = Some(value.trim().to_owned());
            } else if is_root && key == namespace {
                self.namespace = value.trim().to_owned();
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if self.passed_over > 0 {
            self.passed_over -= 1;
            return;
        }
        let Some(done) = self.open.pop() else { return };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(done),
            None => self.root = Some(done),
        }
    }

    fn append(&mut self, text: &str) -> Result<(), Unreadable> {
        match self.open.last_mut() {
            Some(element) if self.passed_over == 0 => element.text.push_str(text),
            Some(_) => {}
            None if text.trim().is_empty() => {}
            None => return Err(self.fault("this is no XML")),
        }
        Ok(())
    }

    /// One of the five that XML itself has, or a character by its number.
    fn char_of(&self, name: &BytesRef<'_>) -> Result<char, Unreadable> {
        let by_number = name.resolve_char_ref().map_err(|error| self.fault(&error.to_string()))?;
        let by_name = match &**name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => None,
        };
        by_number.or(by_name).ok_or_else(|| self.fault("it has an entity of its own"))
    }

    fn whole(self) -> Result<(String, Element), Unreadable> {
        if !self.open.is_empty() {
            return Err(self.fault("it ends in the middle"));
        }
        let fault = self.fault("there is nothing in it");
        self.root.map(|root| (self.namespace, root)).ok_or(fault)
    }
}

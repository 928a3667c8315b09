//! The settings of a merchant and of an organisation: read, changed, and in force at once.

use florin_shared::MerchantId;
use florin_shared::merchant::{MemberView, MerchantView, OrganisationView, Warning};
use florin_shared::theme::Appearance;

use crate::app::App;
use crate::domain::contrast::{CONTROL, Colour, DARK, INK, TEXT, WHITE};
use crate::domain::order::LateSuccess;
use crate::store::merchants::{self, Merchant};
use crate::store::organisations::{self, Organisation};
use crate::store::{StoreError, Tx};
use crate::{Error, Result};

/// What is to be different of a merchant; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct MerchantChange {
    /// What the shopper reads.
    pub name: Option<String>,
    /// All of them, as scheme, host and port.
    pub origins: Option<Vec<String>>,
    /// The looks.
    pub appearance: AppearanceChange,
    /// Ruling D9.
    pub late_success: Option<LateSuccess>,
    /// L8.
    pub auto_query: Option<bool>,
}

/// What is to be different of an organisation; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct OrganisationChange {
    /// For its own people.
    pub name: Option<String>,
    /// What its merchants inherit.
    pub appearance: AppearanceChange,
}

/// What is to be different of the looks: absent stays, `Some(None)` inherits again.
#[derive(Clone, Debug, Default)]
pub struct AppearanceChange {
    /// `light` or `dark`.
    pub theme: Option<Option<String>>,
    /// `#rrggbb`.
    pub color_primary: Option<Option<String>>,
    /// CSS pixels.
    pub border_radius: Option<Option<u8>>,
    /// In the order of the list.
    pub methods: Option<Option<Vec<String>>>,
}

impl AppearanceChange {
    fn put_on(self, appearance: &mut Appearance) {
        fn set<T>(field: &mut Option<T>, change: Option<Option<T>>) {
            if let Some(value) = change {
                *field = value;
            }
        }
        set(&mut appearance.theme, self.theme);
        set(&mut appearance.color_primary, self.color_primary);
        set(&mut appearance.border_radius, self.border_radius);
        set(&mut appearance.methods, self.methods);
    }
}

/// A merchant's settings.
pub async fn merchant(app: &App, id: &MerchantId) -> Result<MerchantView> {
    let mut tx = app.store.read().await?;
    let missing = || Error::no_such("merchant");
    let organisation = organisations::of_merchant(&mut tx, id).await?.ok_or_else(missing)?;
    let own = merchants::own(&mut tx, id).await?.ok_or_else(missing)?;
    let in_force = merchants::get(&mut tx, id).await?.ok_or_else(missing)?;
    Ok(merchant_view(own, in_force.appearance, organisation))
}

/// Changes a merchant's settings. Sessions that are open already follow them.
pub async fn change_merchant(
    app: &App,
    id: &MerchantId,
    change: MerchantChange,
) -> Result<MerchantView> {
    let whose = id.clone();
    app.store
        .write(async move |tx: &mut Tx| {
            let changed = merchants::change(tx, &whose, |merchant| change.put_on(merchant)).await?;
            changed.map(|_| ()).ok_or_else(|| Error::no_such("merchant"))
        })
        .await?;
    app.renew_merchant(id).await?;
    merchant(app, id).await
}

impl MerchantChange {
    fn put_on(self, merchant: &mut Merchant) {
        if let Some(name) = self.name {
            merchant.name = name;
        }
        if let Some(origins) = self.origins {
            merchant.origins = origins;
        }
        if let Some(late_success) = self.late_success {
            merchant.late_success = late_success;
        }
        if let Some(auto_query) = self.auto_query {
            merchant.auto_query = auto_query;
        }
        self.appearance.put_on(&mut merchant.appearance);
    }
}

/// An organisation with its merchants.
pub async fn organisation(app: &App, organisation: Organisation) -> Result<OrganisationView> {
    let members = organisations::members(&mut app.store.read().await?, &organisation.id).await?;
    Ok(OrganisationView {
        warnings: warnings(&organisation.appearance),
        organisation_id: organisation.id,
        name: organisation.name,
        appearance: organisation.appearance,
        merchants: members
            .into_iter()
            .map(|member| MemberView {
                merchant_id: member.id.to_string(),
                name: member.name,
                livemode: member.livemode,
            })
            .collect(),
    })
}

/// Changes an organisation's settings; its merchants follow at once.
pub async fn change_organisation(
    app: &App,
    id: String,
    change: OrganisationChange,
) -> Result<OrganisationView> {
    let changed = app
        .store
        .write(async move |tx: &mut Tx| {
            organisations::change(tx, &id, |organisation| {
                if let Some(name) = change.name {
                    organisation.name = name;
                }
                change.appearance.put_on(&mut organisation.appearance);
            })
            .await
            .map_err(|error: StoreError| Error::from(error))
        })
        .await?
        .ok_or_else(|| Error::no_such("organisation"))?;
    let view = organisation(app, changed).await?;
    for member in &view.merchants {
        app.renew_merchant(&member.merchant_id.parse()?).await?;
    }
    Ok(view)
}

fn merchant_view(own: Merchant, in_force: Appearance, organisation_id: String) -> MerchantView {
    MerchantView {
        merchant_id: own.id.to_string(),
        organisation_id,
        name: own.name,
        livemode: own.livemode,
        origins: own.origins,
        appearance: own.appearance,
        warnings: warnings(&in_force),
        effective_appearance: in_force,
        late_success: own.late_success.as_str().to_owned(),
        auto_query: own.auto_query,
    }
}

/// The widget chooses the better text colour by itself; what it cannot mend is said here.
fn warnings(appearance: &Appearance) -> Vec<Warning> {
    let Some(brand) = appearance.color_primary.as_deref().and_then(Colour::of) else {
        return Vec::new();
    };
    let theme = appearance.theme.as_deref();
    let mut found = Vec::new();
    let on = brand.contrast(WHITE).max(brand.contrast(INK));
    found.extend((on < TEXT).then(|| low("the text on a button", on, TEXT)));
    for (name, ground, other) in [
        ("a button on the light theme", WHITE, "dark"),
        ("a button on the dark theme", DARK, "light"),
    ] {
        let contrast = brand.contrast(ground);
        let matters = theme != Some(other) && contrast < CONTROL;
        found.extend(matters.then(|| low(name, contrast, CONTROL)));
    }
    found
}

fn low(what: &str, found: u64, least: u64) -> Warning {
    let ratio = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
    Warning {
        field: "appearance.color_primary".to_owned(),
        code: "LOW_CONTRAST".to_owned(),
        message: format!(
            "{what} has a contrast of {}; WCAG asks for {}",
            ratio(found),
            ratio(least)
        ),
    }
}

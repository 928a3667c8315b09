//! The settings of a merchant and of an organisation: read, changed, and in force at once.

use florin_shared::MerchantId;
use florin_shared::merchant::{MemberView, MerchantView, OrganisationView};
use florin_shared::theme::Appearance;

use super::looks::{AppearanceChange, shown, warnings};
use crate::app::App;
use crate::domain::order::LateSuccess;
use crate::store::Tx;
use crate::store::merchants::{self, Merchant};
use crate::store::organisations::{self, Organisation};
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
}

/// What is to be different of an organisation; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct OrganisationChange {
    /// For its own people.
    pub name: Option<String>,
    /// What its merchants inherit.
    pub appearance: AppearanceChange,
}

/// A merchant's settings.
pub async fn merchant(app: &App, id: &MerchantId) -> Result<MerchantView> {
    let mut tx = app.store.read().await?;
    let missing = || Error::no_such("merchant");
    let organisation = organisations::of_merchant(&mut tx, id).await?.ok_or_else(missing)?;
    let own = merchants::own(&mut tx, id).await?.ok_or_else(missing)?;
    let in_force = merchants::get(&mut tx, id).await?.ok_or_else(missing)?;
    Ok(merchant_view(app, own, in_force, organisation))
}

/// Changes a merchant's settings. Sessions that are open already follow them.
pub async fn change_merchant(
    app: &App,
    id: &MerchantId,
    change: MerchantChange,
) -> Result<MerchantView> {
    let (whose, flow) = (id.clone(), app.clone());
    app.store
        .write(async move |tx: &mut Tx| {
            change.appearance.keep_pictures(tx, &flow).await?;
            let inherited = merchants::inherited(tx, &whose).await?;
            let mut done = Ok(());
            let put_on = |merchant: &mut Merchant| done = change.put_on(merchant, &inherited);
            let changed = merchants::change(tx, &whose, flow.now(), put_on).await?;
            // Refused: nothing of it is kept.
            done?;
            changed.map(|_| ()).ok_or_else(|| Error::no_such("merchant"))
        })
        .await?;
    app.renew_merchant(id).await?;
    merchant(app, id).await
}

impl MerchantChange {
    fn put_on(self, merchant: &mut Merchant, inherited: &Appearance) -> Result<()> {
        if let Some(name) = self.name {
            merchant.name = name;
        }
        if let Some(origins) = self.origins {
            merchant.origins = origins;
        }
        if let Some(late_success) = self.late_success {
            merchant.late_success = late_success;
        }
        self.appearance.put_on(&mut merchant.appearance, inherited)
    }
}

/// An organisation with its merchants.
pub async fn organisation(app: &App, organisation: Organisation) -> Result<OrganisationView> {
    let members = organisations::members(&mut app.store.read().await?, &organisation.id).await?;
    Ok(OrganisationView {
        warnings: warnings(&organisation.appearance, &organisation.appearance),
        organisation_id: organisation.id,
        name: organisation.name,
        appearance: shown(app, organisation.appearance),
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
    let flow = app.clone();
    let changed = app
        .store
        .write(async move |tx: &mut Tx| {
            change.appearance.keep_pictures(tx, &flow).await?;
            let mut done = Ok(());
            let put_on = |organisation: &mut Organisation| done = change.put_on(organisation);
            let changed = organisations::change(tx, &id, flow.now(), put_on).await?;
            done?;
            changed.ok_or_else(|| Error::no_such("organisation"))
        })
        .await?;
    let view = organisation(app, changed).await?;
    for member in &view.merchants {
        app.renew_merchant(&member.merchant_id.parse()?).await?;
    }
    Ok(view)
}

impl OrganisationChange {
    fn put_on(self, organisation: &mut Organisation) -> Result<()> {
        if let Some(name) = self.name {
            organisation.name = name;
        }
        self.appearance.put_on(&mut organisation.appearance, &Appearance::default())
    }
}

fn merchant_view(
    app: &App,
    own: Merchant,
    in_force: Merchant,
    organisation: String,
) -> MerchantView {
    MerchantView {
        merchant_id: own.id.to_string(),
        organisation_id: organisation,
        name: own.name,
        livemode: own.livemode,
        origins: own.origins,
        warnings: warnings(&in_force.appearance, &own.appearance),
        appearance: shown(app, own.appearance),
        effective_appearance: shown(app, in_force.appearance),
        late_success: own.late_success.as_str().to_owned(),
        auto_query: in_force.auto_query,
    }
}

//! French.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Paiement",
    gone: [
        "Cette page de paiement n’existe pas",
        "Vérifiez l’adresse ou retournez à la boutique et recommencez depuis celle-ci.",
    ],
    later: [
        "Nous ne pouvons pas afficher ce paiement pour l’instant",
        "Si vous avez payé, votre paiement est en sécurité\u{a0}: ne payez pas une seconde fois. Rechargez cette page dans un instant.",
    ],
    paid: ["Le paiement a été effectué", "Vous n’avez plus rien à faire ici. Merci."],
    ended: [
        "Ce paiement a pris fin",
        "Il n’a pas abouti. Vous pouvez recommencer dans la boutique.",
    ],
    elsewhere: [
        "Impossible de payer dans cette application",
        "Scannez le code avec Alipay ou WeChat, ou ouvrez cette adresse dans le navigateur de votre téléphone.",
    ],
    onward: "Payez là-bas, puis revenez ici. Si rien ne se passe, appuyez sur le bouton.",
    banks: [
        "Choisissez votre banque",
        "Sa propre page s’ouvre ensuite, par l’intermédiaire d’UnionPay.",
        "Autre banque",
        "Choisir une autre banque",
    ],
    past: [
        "Cette page ne peut plus être utilisée",
        "Le délai est passé, ou le paiement a avancé entre-temps. La page de paiement indique où il en est.",
    ],
    order: "Votre commande",
    enter: "Saisissez le montant",
    go: "Continuer",
    least: "Au moins {least}",
    between: "De {least} à {most}",
    outside: "Ce montant ne peut pas être payé ici.",
    unread: "Saisissez un montant, par exemple {example}.",
    often: "Ce code est très sollicité en ce moment. Réessayez dans une minute.",
    unused: ["Ce code n’est pas utilisé", "Demandez à la boutique un autre moyen de payer."],
    refused: [
        "Nous ne pouvons pas encaisser de paiement pour l’instant",
        "Rien n’a été débité. Réessayez dans un instant.",
    ],
    test: "Mode test\u{a0}: aucun argent réel ne circule",
    point: ',',
};

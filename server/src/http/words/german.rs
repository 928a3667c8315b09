//! German.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Zahlung",
    gone: [
        "Diese Zahlungsseite gibt es nicht",
        "Prüfen Sie die Adresse oder kehren Sie zum Shop zurück und beginnen Sie dort von vorn.",
    ],
    later: [
        "Wir können diese Zahlung gerade nicht anzeigen",
        "Falls Sie bezahlt haben, ist Ihre Zahlung sicher: Bezahlen Sie nicht noch einmal. Laden Sie diese Seite gleich neu.",
    ],
    paid: ["Diese Zahlung ist erledigt", "Sie müssen hier nichts weiter tun. Vielen Dank."],
    ended: [
        "Dieser Zahlungsvorgang ist beendet",
        "Er wurde nicht abgeschlossen. Sie können im Shop von vorn beginnen.",
    ],
    elsewhere: [
        "In dieser App können Sie nicht bezahlen",
        "Scannen Sie den Code mit Alipay oder WeChat, oder öffnen Sie diese Adresse im Browser Ihres Telefons.",
    ],
    onward: "Bezahlen Sie dort und kommen Sie dann hierher zurück. Falls nichts geschieht, drücken Sie den Knopf.",
    banks: [
        "Wählen Sie Ihre Bank",
        "Als Nächstes öffnet sich deren eigene Seite, über UnionPay.",
        "Andere Bank",
        "Andere Bank wählen",
    ],
    past: [
        "Diese Seite gilt nicht mehr",
        "Ihre Zeit ist um, oder die Zahlung ist schon weiter. Wie es steht, zeigt die Zahlungsseite.",
    ],
    order: "Ihre Bestellung",
    enter: "Betrag eingeben",
    go: "Weiter",
    least: "Mindestens {least}",
    between: "Von {least} bis {most}",
    outside: "Dieser Betrag kann hier nicht bezahlt werden.",
    unread: "Bitte geben Sie einen Betrag ein, zum Beispiel {example}.",
    often: "Dieser Code wird gerade sehr oft verwendet. Bitte versuchen Sie es in einer Minute erneut.",
    unused: [
        "Dieser Code wird nicht verwendet",
        "Fragen Sie den Shop nach einer anderen Zahlungsart.",
    ],
    refused: [
        "Wir können gerade keine Zahlung annehmen",
        "Es wurde nichts abgebucht. Bitte versuchen Sie es gleich noch einmal.",
    ],
    test: "Testmodus: Es fließt kein echtes Geld",
    point: ',',
};

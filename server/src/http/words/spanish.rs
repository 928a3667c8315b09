//! Spanish.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Pago",
    gone: [
        "Esta página de pago no existe",
        "Revisa la dirección, o vuelve a la tienda y empieza de nuevo desde allí.",
    ],
    later: [
        "No podemos mostrar este pago en este momento",
        "Si ya has pagado, tu pago está a salvo: no vuelvas a pagar. Recarga esta página en un momento.",
    ],
    paid: ["Este pago ya se ha realizado", "No tienes que hacer nada más. Gracias."],
    ended: ["Este pago ya no está activo", "No se completó. Puedes empezar de nuevo en la tienda."],
    elsewhere: [
        "No se puede pagar en esta aplicación",
        "Escanea el código con Alipay o WeChat, o abre esta dirección en el navegador de tu teléfono.",
    ],
    onward: "Paga allí y luego vuelve aquí. Si no ocurre nada, pulsa el botón.",
    banks: [
        "Elige tu banco",
        "A continuación se abre su propia página, a través de UnionPay.",
        "Otro banco",
        "Elegir otro banco",
    ],
    past: [
        "Esta página ya no se puede usar",
        "Se ha acabado el tiempo o el pago ya ha avanzado. La página de pago muestra cómo está.",
    ],
    order: "Tu pedido",
    enter: "Escribe el importe",
    go: "Continuar",
    least: "Mínimo {least}",
    between: "De {least} a {most}",
    outside: "Este importe no se puede pagar aquí.",
    unread: "Escribe un importe, por ejemplo {example}.",
    often: "Este código se está usando mucho en este momento. Inténtalo de nuevo en un minuto.",
    unused: ["Este código no está en uso", "Pide a la tienda otra forma de pagar."],
    refused: [
        "No podemos recibir pagos en este momento",
        "No se ha cobrado nada. Inténtalo de nuevo en un momento.",
    ],
    test: "Modo de prueba: no se mueve dinero real",
    point: ',',
};

//! Portuguese, as Brazil writes it.

use super::Words;

pub(super) static WORDS: Words = Words {
    title: "Pagamento",
    gone: [
        "Esta página de pagamento não existe",
        "Confira o endereço, ou volte à loja e comece de novo por lá.",
    ],
    later: [
        "Não podemos mostrar este pagamento agora",
        "Se você já pagou, seu pagamento está seguro: não pague de novo. Recarregue esta página em instantes.",
    ],
    paid: ["Este pagamento já foi feito", "Você não precisa fazer mais nada aqui. Obrigado."],
    ended: [
        "Este pagamento foi encerrado",
        "Ele não foi concluído. Você pode começar de novo na loja.",
    ],
    elsewhere: [
        "Não é possível pagar neste aplicativo",
        "Leia o código com o Alipay ou o WeChat, ou abra este endereço no navegador do seu celular.",
    ],
    onward: "Pague lá e depois volte para cá. Se nada acontecer, toque no botão.",
    banks: [
        "Escolha seu banco",
        "A página dele será aberta em seguida, por meio da UnionPay.",
        "Outro banco",
        "Escolher outro banco",
    ],
    past: [
        "Esta página não pode mais ser usada",
        "O tempo acabou ou o pagamento já avançou. A página de pagamento mostra como ele está.",
    ],
    order: "Seu pedido",
    enter: "Digite o valor",
    go: "Continuar",
    least: "No mínimo {least}",
    between: "De {least} a {most}",
    outside: "Este valor não pode ser pago aqui.",
    unread: "Digite um valor, por exemplo {example}.",
    often: "Este código está sendo muito usado agora. Tente de novo em um minuto.",
    unused: ["Este código não está em uso", "Peça à loja outra forma de pagamento."],
    refused: [
        "Não podemos receber pagamentos agora",
        "Nada foi cobrado. Tente de novo em instantes.",
    ],
    test: "Modo de teste: nenhum dinheiro real é movimentado",
    point: ',',
};

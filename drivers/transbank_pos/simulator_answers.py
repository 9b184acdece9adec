"""The columns of the simulated terminal's answers, in both dialects, and its vouchers."""

import textwrap

from drivers.transbank_pos.simulator_books import Sale

COLUMNS = 40


def columns(*fields: object) -> str:
    """Fields in a row."""
    return "|".join(str(field) for field in fields)


def unattended_sale(function: str, sale: Sale, voucher: bool) -> str:
    """Columns 0-19 of Autoservicio."""
    return columns(
        function,
        sale.code,
        sale.commerce,
        sale.terminal,
        sale.ticket,
        sale.authorisation,
        sale.amount,
        sale.last_four,
        sale.operation,
        sale.type_code if sale.kind else "",
        f"{sale.at:%d%m}" if sale.kind == "debit" else "",
        "",
        sale.brand if sale.kind else "",
        f"{sale.at:%d%m%Y}",
        f"{sale.at:%H%M%S}",
        "".join(line.ljust(COLUMNS) for line in voucher_lines(sale)) if voucher else "",
        "",
        "",
        "",
        "",
    )


def integrated_sale(function: str, sale: Sale) -> str:
    """Columns 0-18 of Integrado; a multi-merchant answer (0271) goes on to 21, change and the child merchant."""
    common = columns(
        function,
        sale.code,
        sale.commerce,
        sale.terminal,
        sale.ticket,
        sale.authorisation,
        sale.amount,
        "",
        "",
        sale.last_four,
        sale.operation,
        sale.type_code if sale.kind else "",
        f"{sale.at:%d%m%Y}",
        "",
        sale.brand if sale.kind else "",
        f"{sale.at:%d%m%Y}",
        f"{sale.at:%H%M%S}",
        "",
        "",
    )
    return columns(common, "", "", sale.commerce) if function == "0271" else common


def detail(sale: Sale | None, commerce: str, terminal: str) -> str:
    """One row of the details (0261); None is the row without an authorisation that ends them."""
    if sale is None:
        return columns("0261", "00", commerce, terminal, *[""] * 15)
    return columns(
        "0261",
        sale.code,
        sale.commerce,
        sale.terminal,
        sale.ticket,
        sale.authorisation,
        sale.amount,
        sale.last_four,
        sale.operation,
        sale.type_code,
        f"{sale.at:%d%m%Y}",
        "",
        sale.brand,
        f"{sale.at:%d%m%Y}",
        f"{sale.at:%H%M%S}",
        "",
        "0",
        "0",
        "0",
    )


def voucher_lines(sale: Sale) -> list[str]:
    """What the terminal prints of an approved sale, at most 40 columns wide."""
    if sale.code != "00":
        return []
    lines = (
        "COMPROBANTE DE VENTA".center(COLUMNS).rstrip(),
        f"{sale.at:%d/%m/%Y %H:%M:%S}  TERMINAL {sale.terminal}",
        f"TICKET {sale.ticket}",
        f"TOTAL {sale.amount}",
        f"TARJETA ************{sale.last_four}  {sale.type_code}",
        f"OPERACION {sale.operation}  AUTORIZACION {sale.authorisation}",
        "REVERSADA" if sale.reversed else "ACEPTO PAGAR SEGUN CONTRATO CON EMISOR",
    )
    return [part for line in lines for part in textwrap.wrap(line, COLUMNS, drop_whitespace=False)]

"""Records what Python's JSON loggers write: structlog, python-json-logger and loguru, into the folder that is the first argument."""

import io
import json
import logging
import re
import sys
from pathlib import Path

import structlog
from loguru import logger as loguru
from pythonjsonlogger.json import JsonFormatter

root = Path(sys.argv[1])


def save(name: str, case: str, text: str) -> None:
    """Times, process and place are fixed, so that the fixture is the same on every machine."""
    text = re.sub(r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d([.,]\d+)?", r"2026-01-02\g<1>03:04:05\g<2>", text)
    text = re.sub(r"([.,])\d{6}(Z|\+00:00|\")", r"\g<1>123456\2", text)
    text = re.sub(r",\d{3}\"", ',123"', text)
    text = re.sub(r"\.\d{3} \|", ".123 |", text)
    text = re.sub(r" at 0x[0-9a-f]+", " at 0x7f00", text)
    text = text.replace(str(Path(__file__).resolve().parent), "/srv/app")
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{case}.log").write_text(text)


def charge() -> None:
    secret_free_total = 12.5
    raise ValueError(f"card refused: {secret_free_total}")


def pay() -> None:
    try:
        charge()
    except ValueError as error:
        raise RuntimeError("payment failed") from error


def record_structlog() -> None:
    out = io.StringIO()
    base = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level]

    def build(*processors):
        return structlog.wrap_logger(
            structlog.PrintLogger(out),
            processors=[*base, *processors, structlog.processors.JSONRenderer()],
            wrapper_class=structlog.make_filtering_bound_logger(0),
        )

    iso = structlog.processors.TimeStamper(fmt="iso")
    log = build(iso, structlog.processors.StackInfoRenderer(), structlog.processors.format_exc_info)
    log.info("hello")
    log.info("order placed", order_id=17, total=12.5, paid=True, lines=["a", "b"])
    log.bind(service="orders", logger="shop.orders").warning("stock is low", sku="A-1")
    try:
        pay()
    except RuntimeError:
        log.exception("charge failed")
    log.critical("last words", stack_info=True)
    try:
        pay()
    except RuntimeError:
        build(iso, structlog.processors.dict_tracebacks).exception("charge failed, as objects")
    build(lambda _, __, event: {**event, "timestamp": 1767323045.1234567}).info("a time in seconds")
    build(
        iso,
        structlog.processors.CallsiteParameterAdder(
            {
                structlog.processors.CallsiteParameter.FILENAME,
                structlog.processors.CallsiteParameter.FUNC_NAME,
                structlog.processors.CallsiteParameter.LINENO,
            }
        ),
    ).info("with position")
    build(iso, structlog.processors.EventRenamer("message")).info("a message key")
    build(iso).info("numbers", nan=float("nan"), far=float("inf"), low=-float("inf"), big=2**70)
    save("structlog", "typical", out.getvalue())

    out.seek(0)
    out.truncate()
    log = build(iso)
    log.info("names", level_name="x", host="web-1", error="text", http="1.1", process="p", thread=5)
    log.info("objects", odd=object, nested={"a": {"b": (1, 2)}}, none=None)
    log.info({"event": "an object"})
    log.info("lone \ud800 surrogate, nul \0, \x1b[31mred\x1b[0m")
    save("structlog", "limits", out.getvalue())


def python_logger(name: str, formatter: logging.Formatter, out: io.StringIO) -> logging.Logger:
    logger = logging.Logger(name)
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logger.addHandler(handler)
    return logger


class Fixed(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.created, record.msecs = 1767323045.123456, 123.0
        record.process, record.thread = 4242, 140_000_000_000_000
        record.pathname = "/srv/app/" + record.filename
        return True


def record_python_json_logger() -> None:
    out = io.StringIO()
    keys = ["asctime", "name", "levelname", "levelno", "process", "thread", "threadName", "filename", "lineno", "funcName", "message"]
    full = python_logger("shop.orders", JsonFormatter("".join(f"%({key})s " for key in keys)), out)
    full.addFilter(Fixed())
    full.info("hello")
    full.info("order %d placed", 17, extra={"orderId": 17, "total": 12.5})
    full.warning({"message": "a dict", "sku": "A-1"})
    try:
        pay()
    except RuntimeError:
        full.exception("charge failed")
    full.error("with a stack", stack_info=True)
    full.log(25, "a level of no name")
    full.critical("last words")
    plain = python_logger("shop", JsonFormatter(), out)
    plain.info("only a message")
    stamped = python_logger("shop", JsonFormatter("%(levelname)s %(name)s %(message)s", timestamp=True), out)
    stamped.warning("its own time")
    renamed = python_logger(
        "shop",
        JsonFormatter("%(levelname)s %(asctime)s %(message)s", rename_fields={"levelname": "severity", "asctime": "time"}),
        out,
    )
    renamed.error("renamed keys")
    full.info("numbers", extra={"nan": float("nan"), "far": float("inf"), "low": -float("inf"), "big": 2**70})
    save("python-json-logger", "typical", out.getvalue())

    out.seek(0)
    out.truncate()
    full = python_logger("shop", JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"), out)
    full.info("names", extra={"host": "web-1", "error": "text", "http": "1.1", "level": "x", "time": "y", "event": "z"})
    full.info("objects", extra={"odd": {1, 2}, "bytes": b"ab", "none": None, "nested": {"a": {"b": [1]}}})
    full.info("lone \ud800 surrogate, nul \0, \x1b[31mred\x1b[0m")
    full.info("")
    save("python-json-logger", "limits", out.getvalue())


def record_loguru() -> None:
    out = io.StringIO()
    lines = []

    def sink(message) -> None:
        line = json.loads(message)
        record = line["record"]
        record["time"] = {"repr": "2026-01-02 03:04:05.123456+00:00", "timestamp": 1767323045.123456}
        record["elapsed"] = {"repr": "0:00:00.012345", "seconds": 0.012345}
        record["process"]["id"], record["thread"]["id"] = 4242, 140_000_000_000_000
        lines.append(json.dumps(line, default=str))

    loguru.remove()
    loguru.add(sink, serialize=True, level=0)
    loguru.info("hello")
    loguru.bind(order_id=17, total=12.5).info("order {} placed", 17)
    loguru.success("done")
    loguru.warning("stock is low")
    try:
        pay()
    except RuntimeError:
        loguru.exception("charge failed")
    loguru.trace("low")
    loguru.critical("last words")
    loguru.level("NOTICE", no=25)
    loguru.log("NOTICE", "a level of its own")
    loguru.contextualize(request="r-1").__enter__()
    loguru.bind(service="orders", record="clash", level="clash").info("names")
    save("loguru", "typical", "\n".join(lines) + "\n")
    lines.clear()
    loguru.bind(nan=float("nan"), big=2**70, odd=object, nested={"a": [1, {"b": None}]}).info("values")
    loguru.info("nul \0, \x1b[31mred\x1b[0m")
    loguru.info("")
    save("loguru", "limits", "\n".join(lines) + "\n")


record_structlog()
record_python_json_logger()
record_loguru()

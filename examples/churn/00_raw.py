"""Writes the raw layer: real purchases (CDNOW, 1997-1998) as newline JSON, one file a month, with the defects of real feeds.

The log comes from the PyPI wheel `Lifetimes`. What it lacks (an order's number, channel, e-mail, card) is derived from the line,
so the files are the same on every machine.
"""

import collections
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from common import RAW

WHEEL = "Lifetimes==0.11.3"
MEMBER = "lifetimes/datasets/CDNOW_master.txt"
CHANNELS = ["web", "Web", "WEB ", "phone", " Phone", "store", "STORE", "Store "]
FIRST_NAMES = ["anna", "Boris", "CARLA", "dinesh", "Elena", "farid", "Grace", "hiro", "Ines", "jon"]


def download() -> str:
    """The purchase log: lines of customer, date, number of CDs, dollars."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL]
        subprocess.run(command, check=True)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            return wheel.read(MEMBER).decode("ascii")


def purchase(number: int, customer: str, day: str, items: str, dollars: str) -> dict:
    """One line of the log as the shop's system would send it."""
    name = FIRST_NAMES[int(customer) % len(FIRST_NAMES)]
    email = f"{name}.{customer}@example.com"
    moment = number * 7919 % 86400
    record = {
        "order_id": f"{number:06d}",
        "customer_id": customer,
        "email": f"  {email.upper()} " if number % 11 == 0 else email,
        "card": f"4{int(customer):07d}-{number % 10000:04d}-{number * 31 % 10000:04d}",
        "channel": CHANNELS[(int(customer) * 3 + number) % len(CHANNELS)],
        "purchased_at": f"{day[:4]}-{day[4:6]}-{day[6:]} {moment // 3600:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}",
        "items": int(items),
        "amount": f" {dollars}" if number % 17 == 0 else dollars,
    }
    if day >= "19980101":
        # A field that the shop began to send in 1998.
        record["coupon"] = f"SPRING{number % 5}" if number % 4 == 0 else None
    if number % 331 == 0:
        record["customer_id"] = None
    if number % 997 == 0:
        record["order_id"] = None
    return record


def main() -> None:
    months = collections.defaultdict(list)
    for number, line in enumerate(io.StringIO(download()).readlines()[1:], 1):
        fields = line.split()
        record = json.dumps(purchase(number, *fields))
        months[fields[1][:6]].append(record)
        if number % 67 == 0:
            months[fields[1][:6]].append(record)  # sent twice
    RAW.mkdir(parents=True, exist_ok=True)
    for month, records in sorted(months.items()):
        (RAW / f"purchases-{month[:4]}-{month[4:]}.json").write_text("\n".join(records) + "\n")
    print(f"raw: {sum(map(len, months.values())):,} lines in {len(months)} files below {RAW}")


if __name__ == "__main__":
    main()

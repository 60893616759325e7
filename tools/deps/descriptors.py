"""Writes one FileDescriptorSet from the serialized descriptors inside the generated modules of pyspark and delta-spark.

usage: descriptors.py PYSPARK_DIR DELTA_DIR OUTPUT
"""

import ast
import glob
import sys

import google.protobuf.timestamp_pb2  # noqa: F401  registers timestamp.proto in the default pool
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool  # noqa: F401


def main(pyspark_dir: str, delta_dir: str, output: str) -> None:
    files = descriptor_pb2.FileDescriptorSet()
    for name in ("google/protobuf/any.proto", "google/protobuf/timestamp.proto"):
        proto = descriptor_pb2.FileDescriptorProto()
        descriptor_pool.Default().FindFileByName(name).CopyToProto(proto)
        files.file.append(proto)
    modules = sorted(glob.glob(f"{pyspark_dir}/sql/connect/proto/*_pb2.py"))
    modules += sorted(glob.glob(f"{delta_dir}/connect/proto/*_pb2.py"))
    for module in modules:
        with open(module, encoding="utf-8") as source:
            tree = ast.parse(source.read())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "AddSerializedFile":
                files.file.append(descriptor_pb2.FileDescriptorProto.FromString(node.args[0].value))
    if len(files.file) < 10:
        raise SystemExit(f"found only {len(files.file)} descriptors below {pyspark_dir} and {delta_dir}")
    with open(output, "wb") as out:
        out.write(files.SerializeToString())


if __name__ == "__main__":
    main(*sys.argv[1:])

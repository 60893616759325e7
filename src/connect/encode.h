#pragma once

#include <string>

#include "plan/expression.h"

namespace spark::connect {
class DataType;
class Expression_Literal;
}  // namespace spark::connect

namespace headrace::connect {

/// Plan types and literals as protobuf messages.
void EncodeType(const plan::DataType& type, spark::connect::DataType& out);
void EncodeSchema(const plan::Schema& schema, spark::connect::DataType& out);
void EncodeLiteral(const plan::Literal& literal, spark::connect::Expression_Literal& out);

/// df.printSchema(): levels below `max_level` are left out; 0 shows all.
std::string TreeString(const plan::Schema& schema, int max_level);
/// "a INT NOT NULL,b STRING COMMENT 'x'": StructType.toDDL.
std::string ToDdl(const plan::Schema& schema);

}  // namespace headrace::connect

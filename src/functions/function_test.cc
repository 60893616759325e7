#include "functions/function.h"

#include <gmock/gmock.h>

#include "base/error.h"

namespace headrace::functions {
namespace {

using plan::DataType;
using plan::TypeId;

Resolution Resolve(const std::string& name, std::vector<DataType> types) {
  Environment environment;
  CallSite call{environment, name, {}};
  for (auto& type : types) call.arguments.push_back({.type = type, .nullable = true, .sql = "x"});
  const Function* function = FunctionTable::Builtin().Find(name);
  EXPECT_NE(function, nullptr) << name;
  return function->typing(call);
}

TEST(FunctionTable, IsBuiltOnceWithoutDuplicates) {
  EXPECT_GT(FunctionTable::Builtin().Names().size(), 300u);
  EXPECT_EQ(FunctionTable::Builtin().Find("UPPER"), FunctionTable::Builtin().Find("ucase"));
}

TEST(Typing, DecimalArithmeticHasSparksPrecision) {
  auto product = Resolve("*", {DataType::Decimal(15, 2), DataType::Decimal(16, 2)});
  EXPECT_EQ(product.type, DataType::Decimal(32, 4));
  EXPECT_EQ(product.lowering, "spark_decimal_multiply");
  EXPECT_EQ(Resolve("avg", {DataType::Decimal(12, 2)}).type, DataType::Decimal(16, 6));
  EXPECT_EQ(Resolve("/", {TypeId::kInteger, TypeId::kInteger}).type, DataType(TypeId::kDouble));
}

TEST(Typing, StringsAreCastWhereSparkCastsThem) {
  EXPECT_EQ(Resolve("upper", {TypeId::kInteger}).argument_types[0], DataType(TypeId::kString));
  EXPECT_EQ(Resolve("+", {TypeId::kString, TypeId::kInteger}).type, DataType(TypeId::kLong));
}

TEST(Typing, ThrowsSparksConditions) {
  try {
    Resolve("upper", {DataType::Array(TypeId::kInteger)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.condition(), "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
    EXPECT_EQ(error.parameters().at("requiredType"), "\"STRING\"");
    EXPECT_EQ(error.parameters().at("inputType"), "\"ARRAY<INT>\"");
    EXPECT_EQ(error.parameters().at("sqlExpr"), "\"upper(x)\"");
  }
}

TEST(FunctionTableTest, WhatIsThereIsNotMissing) {
  for (const auto& name : FunctionTable::Builtin().Names()) EXPECT_FALSE(IsMissing(name)) << name;
  EXPECT_TRUE(IsMissing("parse_json"));
}

}  // namespace
}  // namespace headrace::functions

#include "functions/coercion.h"

#include <gtest/gtest.h>

namespace headrace::functions {
namespace {

using plan::DataType;
using plan::TypeId;

TEST(CoercionTest, WiderTypes) {
  EXPECT_EQ(WiderType(TypeId::kInteger, TypeId::kLong, true), DataType(TypeId::kLong));
  EXPECT_EQ(WiderType(TypeId::kInteger, TypeId::kString, true), DataType(TypeId::kLong));
  EXPECT_EQ(WiderType(TypeId::kInteger, TypeId::kString, false), DataType(TypeId::kString));
  EXPECT_EQ(WiderType(TypeId::kLong, TypeId::kFloat, true), DataType(TypeId::kDouble));
  EXPECT_EQ(WiderType(TypeId::kDate, TypeId::kTimestamp, true), DataType(TypeId::kTimestamp));
  EXPECT_EQ(WiderType(DataType::Decimal(10, 2), TypeId::kInteger, true), DataType::Decimal(12, 2));
  EXPECT_EQ(WiderType(DataType::Decimal(38, 10), DataType::Decimal(38, 2), true), DataType::Decimal(38, 2));
  EXPECT_EQ(WiderType(TypeId::kBoolean, TypeId::kInteger, true), std::nullopt);
  EXPECT_EQ(WiderType(DataType::Array(TypeId::kInteger, false), DataType::Array(TypeId::kLong, true), true),
            DataType::Array(TypeId::kLong, true));
}

TEST(CoercionTest, DecimalArithmetic) {
  DataType a = DataType::Decimal(12, 2);
  DataType b = DataType::Decimal(10, 4);
  EXPECT_EQ(DecimalResult("+", a, b), DataType::Decimal(15, 4));
  EXPECT_EQ(DecimalResult("*", a, b), DataType::Decimal(23, 6));
  EXPECT_EQ(DecimalResult("/", a, b), DataType::Decimal(27, 13));
  EXPECT_EQ(DecimalResult("%", a, b), DataType::Decimal(10, 4));
  EXPECT_EQ(DecimalResult("*", DataType::Decimal(38, 18), DataType::Decimal(38, 18)), DataType::Decimal(38, 6));
}

TEST(CoercionTest, ArithmeticOperandsPickTheLiteralsDecimal) {
  plan::Value five(plan::Value::Data(int64_t{5}));
  Argument decimal{.type = DataType::Decimal(12, 2)};
  Argument literal{.type = TypeId::kInteger, .nullable = false, .constant = &five, .is_literal = true};
  auto operands = ArithmeticOperands("*", decimal, literal, true);
  ASSERT_TRUE(operands);
  EXPECT_EQ(operands->right, DataType::Decimal(1, 0));
  auto divide = ArithmeticOperands("/", Argument{.type = TypeId::kInteger}, Argument{.type = TypeId::kInteger}, true);
  ASSERT_TRUE(divide);
  EXPECT_EQ(divide->left, DataType(TypeId::kDouble));
}

TEST(CoercionTest, CastsAndAssignments) {
  EXPECT_FALSE(CanCast(TypeId::kDate, TypeId::kInteger, plan::EvalMode::kAnsi));
  EXPECT_TRUE(CanCast(TypeId::kDate, TypeId::kInteger, plan::EvalMode::kLegacy));
  EXPECT_TRUE(CanAnsiStoreAssign(TypeId::kLong, TypeId::kInteger));
  EXPECT_FALSE(CanAnsiStoreAssign(TypeId::kString, TypeId::kInteger));
  EXPECT_TRUE(CastNullable(TypeId::kString, false, TypeId::kInteger, plan::EvalMode::kAnsi));
  EXPECT_FALSE(CastNullable(TypeId::kInteger, false, TypeId::kLong, plan::EvalMode::kAnsi));
  EXPECT_EQ(ImplicitCast(TypeId::kDouble, TypeId::kInteger, true), DataType(TypeId::kInteger));
  EXPECT_EQ(ImplicitCast(TypeId::kString, TypeId::kInteger, true), DataType(TypeId::kInteger));
}

}  // namespace
}  // namespace headrace::functions

#include "engine/precompiled.h"

#include "engine/delta_values.h"

#include "engine/duck_types.h"

namespace headrace::engine {

duckdb::Value FromDelta(const delta::Value& value, const plan::DataType& type) {
  using Data = plan::Value::Data;
  struct Visitor {
    const plan::DataType& type;
    plan::Value operator()(std::monostate) const { return {}; }
    plan::Value operator()(bool v) const { return Data(v); }
    plan::Value operator()(int64_t v) const { return Data(v); }
    plan::Value operator()(double v) const { return Data(v); }
    plan::Value operator()(const std::string& v) const { return Data(v); }
    plan::Value operator()(const delta::Decimal& v) const {
      plan::Int128 unscaled = v.unscaled;
      for (int scale = v.scale; scale < type.scale(); ++scale) unscaled *= 10;
      for (int scale = v.scale; scale > type.scale(); --scale) unscaled /= 10;
      return Data(unscaled);
    }
    plan::Value operator()(const delta::Date& v) const { return Data(static_cast<int64_t>(v.days)); }
    plan::Value operator()(const delta::Timestamp& v) const { return Data(v.micros); }
  };
  return DuckValue(std::visit(Visitor{type}, value), type);
}

std::optional<delta::Value> ToDelta(const duckdb::Value& value) {
  using duckdb::LogicalTypeId;
  if (value.IsNull()) return delta::Value();
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
      return delta::Value(value.GetValue<bool>());
    case LogicalTypeId::TINYINT:
    case LogicalTypeId::SMALLINT:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
      return delta::Value(value.GetValue<int64_t>());
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
      return delta::Value(value.GetValue<double>());
    case LogicalTypeId::VARCHAR:
      return delta::Value(duckdb::StringValue::Get(value));
    case LogicalTypeId::DATE:
      return delta::Value(delta::Date{value.GetValue<duckdb::date_t>().days});
    case LogicalTypeId::TIMESTAMP_TZ:
      return delta::Value(delta::Timestamp{value.GetValueUnsafe<duckdb::timestamp_tz_t>().value});
    case LogicalTypeId::TIMESTAMP:
      return delta::Value(delta::Timestamp{value.GetValueUnsafe<duckdb::timestamp_t>().value});
    case LogicalTypeId::DECIMAL: {
      plan::DataType type =
          plan::DataType::Decimal(duckdb::DecimalType::GetWidth(value.type()), duckdb::DecimalType::GetScale(value.type()));
      return delta::Value(delta::Decimal{std::get<plan::Int128>(PlanValue(value, type).data), type.scale()});
    }
    default:
      return std::nullopt;
  }
}

}  // namespace headrace::engine

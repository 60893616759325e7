#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <spark/connect/catalog.pb.h>

#include "base/error.h"
#include "connect/decode.h"

namespace headrace::connect {

namespace pb = ::google::protobuf;
namespace sc = ::spark::connect;

namespace {

/// map<string, string> fields are entries with "key" and "value".
void ReadMap(const pb::Message& message, const pb::FieldDescriptor* field, plan::Options& options) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
    const auto& entry = reflection->GetRepeatedMessage(message, field, i);
    const auto* type = entry.GetDescriptor();
    options[entry.GetReflection()->GetString(entry, type->FindFieldByNumber(1))] =
        entry.GetReflection()->GetString(entry, type->FindFieldByNumber(2));
  }
}

}  // namespace

plan::Relation::Node PlanDecoder::CatalogNode(const sc::Catalog& catalog) {
  const auto* reflection = catalog.GetReflection();
  const auto* which = reflection->GetOneofFieldDescriptor(catalog, catalog.GetDescriptor()->FindOneofByName("cat_type"));
  if (which == nullptr) ThrowInvalidPlan("CATALOG_TYPE", "A catalog call is not set or not known.");
  plan::CatalogCall call;
  call.operation = which->name();
  const pb::Message& arguments = reflection->GetMessage(catalog, which);
  std::vector<const pb::FieldDescriptor*> fields;
  arguments.GetReflection()->ListFields(arguments, &fields);
  for (const auto* field : fields) {
    const auto* inner = arguments.GetReflection();
    if (field->is_map()) {
      ReadMap(arguments, field, call.options);
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING) {
      call.arguments[field->name()] = inner->GetString(arguments, field);
    } else if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL) {
      call.arguments[field->name()] = inner->GetBool(arguments, field) ? "true" : "false";
    } else if (field->name() == "schema") {
      call.schema = SchemaType(static_cast<const sc::DataType&>(inner->GetMessage(arguments, field)));
    } else if (field->name() != "storage_level") {
      // A cached table spills as it must, whatever its level; every other field has a meaning.
      ThrowInternal("catalog call " + call.operation + " has an unknown field " + field->name());
    }
  }
  return call;
}

}  // namespace headrace::connect

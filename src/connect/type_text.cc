#include "connect/decode.h"
#include "sql/parser.h"

namespace headrace::connect {

plan::DataType ParseTypeText(const std::string& text) { return sql::ParseDataType(text); }

}  // namespace headrace::connect

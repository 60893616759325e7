#include "base/error.h"
#include "functions/typing_internal.h"

namespace headrace::functions {

using plan::DataType;
using plan::TypeId;

namespace {

Resolution Make(std::vector<DataType> arguments, DataType type, bool nullable, std::string lowering) {
  Resolution answer;
  answer.argument_types = std::move(arguments);
  answer.type = std::move(type);
  answer.nullable = nullable;
  answer.lowering = std::move(lowering);
  return answer;
}

/// Strings stay strings, all binaries stay binary, arrays concatenate; everything else becomes a string.
Resolution Concat(const CallSite& call) {
  if (call.arguments.empty()) return Make({}, TypeId::kString, false, "spark_concat");
  bool all_binary = true, any_array = false;
  for (const auto& argument : call.arguments) {
    all_binary = all_binary && argument.type.id() == TypeId::kBinary;
    any_array = any_array || argument.type.id() == TypeId::kArray;
  }
  size_t count = call.arguments.size();
  if (any_array) {
    auto type = CommonType(call);
    auto answer = Make(std::vector<DataType>(count, type), type, AnyNullable(call), "spark_array_concat");
    answer.extra = {NullOf(type)};
    return answer;
  }
  DataType type = all_binary ? TypeId::kBinary : TypeId::kString;
  std::vector<DataType> types;
  for (size_t i = 0; i < count; ++i) types.push_back(all_binary ? type : Accept(call, i, "s|x|a").IsString() ? type : type);
  return Make(types, type, AnyNullable(call), all_binary ? "spark_concat_binary" : "spark_concat");
}

Resolution ConcatWs(const CallSite& call) {
  std::vector<DataType> types;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const auto& type = call.arguments[i].type;
    bool strings = i > 0 && type.id() == TypeId::kArray;
    types.push_back(strings ? DataType::Array(TypeId::kString) : Accept(call, i, "s"));
  }
  return Make(types, TypeId::kString, call.arguments[0].nullable, "spark_concat_ws");
}

/// Binary only when text and pad both are.
Typing Pad(const char* kernel) {
  return [kernel](const CallSite& call) {
    DataType type = Accept(call, 0, "s|x");
    if (call.arguments.size() == 3 && Accept(call, 2, "s|x").id() != type.id()) type = TypeId::kString;
    std::vector<DataType> types{type, Accept(call, 1, "i")};
    if (call.arguments.size() == 3) types.push_back(type);
    return Make(types, type, AnyNullable(call), kernel);
  };
}

Resolution Elt(const CallSite& call) {
  std::vector<DataType> types{Accept(call, 0, "i")};
  bool binary = true;
  for (size_t i = 1; i < call.arguments.size(); ++i) binary = binary && call.arguments[i].type.id() == TypeId::kBinary;
  DataType type = binary ? TypeId::kBinary : TypeId::kString;
  for (size_t i = 1; i < call.arguments.size(); ++i) types.push_back(type);
  auto answer = Make(types, type, true, "spark_elt");
  answer.extra = {IntExtra(call.environment.ansi), NullOf(type)};
  return answer;
}

Typing Format(const char* kernel) {
  return [kernel](const CallSite& call) {
    std::vector<DataType> types{Accept(call, 0, "s")};
    for (size_t i = 1; i < call.arguments.size(); ++i) types.push_back(call.arguments[i].type);
    return Make(types, TypeId::kString, call.arguments[0].nullable, kernel);
  };
}

/// to_number and to_char: the decimal's type stands in the format.
Typing ToNumber(bool is_try) {
  return [is_try](const CallSite& call) {
    std::vector<DataType> types{Accept(call, 0, "s"), Accept(call, 1, "s")};
    const auto& format = RequireConstant(call, 1, "format");
    int before = 0, after = 0;
    bool point = false;
    if (const auto* text = std::get_if<std::string>(&format.data)) {
      for (char c : *text) {
        if (c == '.' || c == 'D' || c == 'd') point = true;
        if (c == '0' || c == '9') (point ? after : before)++;
      }
    }
    DataType type = before + after == 0 ? DataType::Decimal(38, 18) : DataType::Decimal(std::min(38, before + after), after);
    auto answer = Make(types, type, is_try || AnyNullable(call), "spark_to_number");
    answer.extra = {IntExtra(is_try ? 0 : 1), NullOf(type)};
    return answer;
  };
}

Resolution ToChar(const CallSite& call) {
  const auto& type = call.arguments[0].type;
  DataType format = Accept(call, 1, "s");
  if (type.IsDatetime())
    return Make({DataType(TypeId::kTimestamp), format}, TypeId::kString, AnyNullable(call), "spark_date_format");
  if (type.id() == TypeId::kBinary) return Make({type, format}, TypeId::kString, AnyNullable(call), "spark_encode_binary");
  return Make({Accept(call, 0, "m"), format}, TypeId::kString, AnyNullable(call), "spark_to_char");
}

}  // namespace

void AddStrings(FunctionTable& table) {
  auto add = [&](const char* name, int min, int max, Typing typing, unsigned flags = kNoFlags) {
    table.Add(MakeFunction(name, min, max, std::move(typing), flags));
  };
  AddRows(table, {
                     {"upper", "s->s", "@upper"},
                     {"lower", "s->s", "@lower"},
                     {"initcap", "s->s", "spark_initcap"},
                     {"ascii", "s->i", "spark_ascii"},
                     {"char", "l->s", "spark_char"},
                     {"base64", "x->s", "spark_base64"},
                     {"unbase64", "s->x", "spark_unbase64", kFails},
                     {"length", "s|x->i", "spark_length"},
                     {"octet_length", "s|x->i", "spark_octet_length"},
                     {"bit_length", "s|x->i", "spark_bit_length"},
                     {"soundex", "s->s", "spark_soundex"},
                     {"repeat", "s,i->s", "spark_repeat"},
                     {"substring", "s|x,i,i?->$0", "spark_substring"},
                     {"left", "s|x,i->$0", "spark_left"},
                     {"right", "s|x,i->$0", "spark_right", kMayBeNull},
                     {"substring_index", "s,s,i->s", "spark_substring_index"},
                     {"trim", "s,s?->s", "spark_trim"},
                     {"ltrim", "s,s?->s", "spark_ltrim"},
                     {"rtrim", "s,s?->s", "spark_rtrim"},
                     {"instr", "s,s->i", "spark_instr"},
                     {"locate", "s,s,i?->i", "spark_locate"},
                     {"overlay", "s|x,s|x,i,i?->$0", "spark_overlay"},
                     {"translate", "s,s,s->s", "spark_translate"},
                     {"replace", "s,s,s?->s", "spark_replace"},
                     {"split_part", "s,s,i->s", "spark_split_part", kFails | kMayBeNull},
                     {"contains", "s|x,s|x->b", "spark_contains"},
                     {"startswith", "s|x,s|x->b", "spark_startswith"},
                     {"endswith", "s|x,s|x->b", "spark_endswith"},
                     {"find_in_set", "s,s->i", "spark_find_in_set"},
                     {"levenshtein", "s,s,i?->i", "spark_levenshtein"},
                     {"space", "i->s", "spark_space"},
                     {"quote", "s->s", "spark_quote"},
                     {"format_number", "n,i|s->s", "spark_format_number", kMayBeNull},
                     {"mask", "s,s?,s?,s?,s?->s", "spark_mask", kMayBeNull},
                     {"is_valid_utf8", "s->b", "spark_is_valid_utf8", kMayBeNull},
                     {"make_valid_utf8", "s->s", "spark_make_valid_utf8"},
                     {"validate_utf8", "s->s", "spark_validate_utf8", kFails},
                     {"try_validate_utf8", "s->s", "spark_try_validate_utf8", kMayBeNull},
                     {"encode", "s,s->x", "spark_encode", kFails | kMayBeNull},
                     {"decode_charset", "x,s->s", "spark_decode", kFails | kMayBeNull},
                     {"luhn_check", "s->b", "spark_luhn_check", kMayBeNull},
                     {"rlike", "s,s->b", "spark_rlike", kFails},
                     {"regexp_extract", "s,s,i?->s", "spark_regexp_extract", kFails},
                     {"regexp_extract_all", "s,s,i?->As", "spark_regexp_extract_all", kFails},
                     {"regexp_replace", "s,s,s,i?->s", "spark_regexp_replace", kFails},
                     {"regexp_count", "s,s->i", "spark_regexp_count", kFails},
                     {"regexp_substr", "s,s->s", "spark_regexp_substr", kMayBeNull | kFails},
                     {"regexp_instr", "s,s,i?->i", "spark_regexp_instr", kFails},
                     {"split", "s,s,i?->Bs", "spark_split", kFails},
                     {"crc32", "x->l", "spark_crc32"},
                     {"md5", "x->s", "spark_md5"},
                     {"sha1", "x->s", "spark_sha1"},
                     {"sha2", "x,i->s", "spark_sha2", kMayBeNull},
                     {"url_encode", "s->s", "spark_url_encode", kMayBeNull},
                     {"url_decode", "s->s", "spark_url_decode", kFails | kMayBeNull},
                     {"try_url_decode", "s->s", "spark_try_url_decode", kMayBeNull},
                     {"parse_url", "s,s,s?->s", "spark_parse_url", kMayBeNull | kFails},
                     {"try_parse_url", "s,s,s?->s", "spark_try_parse_url", kMayBeNull},
                     {"to_binary", "s,s?->x", "spark_to_binary", kMayBeNull | kFails},
                     {"try_to_binary", "s,s?->x", "spark_try_to_binary", kMayBeNull},
                     {"aes_encrypt", "x,x,s?,s?,x?,x?->x", "spark_aes_encrypt", kFails},
                     {"aes_decrypt", "x,x,s?,s?,x?->x", "spark_aes_decrypt", kFails},
                     {"try_aes_decrypt", "x,x,s?,s?,x?->x", "spark_try_aes_decrypt", kMayBeNull},
                 });
  AddAliases(table, {{"ucase", "upper"},
                     {"lcase", "lower"},
                     {"chr", "char"},
                     {"len", "length"},
                     {"char_length", "length"},
                     {"character_length", "length"},
                     {"substr", "substring"},
                     {"position", "locate"},
                     {"regexp", "rlike"},
                     {"regexp_like", "rlike"},
                     {"sha", "sha1"},
                     {"charindex", "locate"}});
  add("sentences", 1, 3, [](const CallSite& call) {
    return Make(std::vector<DataType>(call.arguments.size(), TypeId::kString),
                DataType::Array(DataType::Array(TypeId::kString, false), false), true, "spark_sentences");
  });
  add("lpad", 2, 3, Pad("spark_lpad"));
  add("rpad", 2, 3, Pad("spark_rpad"));
  add("concat", 0, -1, Concat);
  add("||", 2, 2, Concat);
  add("concat_ws", 1, -1, ConcatWs);
  add("elt", 2, -1, Elt, kFails);
  add("format_string", 1, -1, Format("spark_format_string"), kZone | kFails);
  AddAliases(table, {{"printf", "format_string"}});
  add("to_number", 2, 2, ToNumber(false), kFails);
  add("try_to_number", 2, 2, ToNumber(true), kFails);
  add("to_char", 2, 2, ToChar, kZone | kFails);
  AddAliases(table, {{"to_varchar", "to_char"}});
  table.Add(MakeExpansion("btrim", 1, 2, [](const plan::FunctionCall& call, const plan::Origin& origin) {
    plan::Expressions arguments(call.arguments.rbegin(), call.arguments.rend());
    return plan::Call("trim", std::move(arguments), origin);
  }));
  // decode(bin, charset), or Oracle's decode(expr, search, result, ..., default).
  table.Add(MakeExpansion("decode", 2, -1, [](const plan::FunctionCall& call, const plan::Origin& origin) {
    const auto& a = call.arguments;
    if (a.size() == 2) return plan::Call("decode_charset", a, origin);
    plan::Expressions branches;
    size_t i = 1;
    for (; i + 1 < a.size(); i += 2) {
      branches.push_back(plan::Operator("<=>", {a[0], a[i]}, origin));
      branches.push_back(a[i + 1]);
    }
    if (i < a.size()) branches.push_back(a[i]);
    return plan::Call("when", branches, origin);
  }));
}

}  // namespace headrace::functions

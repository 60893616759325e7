#include <spark/connect/common.pb.h>
#include <spark/connect/expressions.pb.h>
#include <spark/connect/relations.pb.h>

#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"
#include "base/json.h"
#include "connect/decode.h"
#include "sql/parser.h"

namespace headrace::connect {

namespace sc = ::spark::connect;
using plan::ExpressionPtr;
using Node = plan::Expression::Node;

namespace {

/// Functions that Column's operators send. They are Spark's operators, so their generated names are "(a + b)".
const std::unordered_map<std::string, std::string>& Operators() {
  static const std::unordered_map<std::string, std::string> operators = {{"+", "+"},
                                                                         {"-", "-"},
                                                                         {"*", "*"},
                                                                         {"/", "/"},
                                                                         {"%", "%"},
                                                                         {"=", "="},
                                                                         {"==", "="},
                                                                         {"<", "<"},
                                                                         {"<=", "<="},
                                                                         {">", ">"},
                                                                         {">=", ">="},
                                                                         {"<=>", "<=>"},
                                                                         {"!=", "!="},
                                                                         {"<>", "!="},
                                                                         {"and", "and"},
                                                                         {"or", "or"},
                                                                         {"not", "not"},
                                                                         {"!", "not"},
                                                                         {"&", "&"},
                                                                         {"|", "|"},
                                                                         {"^", "^"},
                                                                         {"~", "~"},
                                                                         {"||", "||"},
                                                                         {"in", "in"},
                                                                         // Functions that have no name in SQL.
                                                                         {"product", "product"}};
  return operators;
}

std::optional<bool> NullOrdering(sc::Expression_SortOrder_NullOrdering ordering) {
  switch (ordering) {
    case sc::Expression_SortOrder_NullOrdering_SORT_NULLS_FIRST:
      return true;
    case sc::Expression_SortOrder_NullOrdering_SORT_NULLS_LAST:
      return false;
    default:
      return std::nullopt;
  }
}

}  // namespace

plan::Origin DecodeOrigin(const sc::Origin& origin) {
  plan::Origin decoded;
  if (origin.has_python_origin()) {
    decoded.fragment = origin.python_origin().fragment();
    decoded.call_site = origin.python_origin().call_site();
  } else if (origin.has_jvm_origin() && origin.jvm_origin().stack_trace_size() > 0) {
    const auto& call = origin.jvm_origin().stack_trace(0);
    decoded.fragment = call.method_name();
    decoded.call_site = call.declaring_class() + "(" + call.file_name() + ":" + std::to_string(call.line_number()) + ")";
  }
  return decoded;
}

template <typename Repeated>
plan::Expressions PlanDecoder::List(const Repeated& expressions) {
  plan::Expressions list;
  list.reserve(static_cast<size_t>(expressions.size()));
  for (const auto& expression : expressions) list.push_back(Expression(expression));
  return list;
}
template plan::Expressions PlanDecoder::List(const google::protobuf::RepeatedPtrField<sc::Expression>&);

template <typename Repeated>
std::vector<plan::SortOrder> PlanDecoder::Orders(const Repeated& orders) {
  std::vector<plan::SortOrder> list;
  list.reserve(static_cast<size_t>(orders.size()));
  for (const auto& order : orders) list.push_back(SortOrder(order));
  return list;
}
template std::vector<plan::SortOrder> PlanDecoder::Orders(const google::protobuf::RepeatedPtrField<sc::Expression_SortOrder>&);

plan::SortOrder PlanDecoder::SortOrder(const sc::Expression_SortOrder& order) {
  plan::SortOrder decoded;
  decoded.child = Expression(order.child());
  decoded.ascending = order.direction() != sc::Expression_SortOrder_SortDirection_SORT_DIRECTION_DESCENDING;
  decoded.nulls_first = NullOrdering(order.null_ordering());
  return decoded;
}

plan::Alias PlanDecoder::Alias(const sc::Expression_Alias& alias) {
  plan::Alias decoded;
  decoded.child = Expression(alias.expr());
  decoded.names.assign(alias.name().begin(), alias.name().end());
  if (alias.has_metadata() && !alias.metadata().empty()) {
    if (decoded.names.size() != 1) {
      ThrowInvalidPlan("ALIAS_WITH_MULTIPLE_IDENTIFIERS_AND_METADATA",
                       "Alias expressions with more than 1 identifier must not use optional metadata.");
    }
    decoded.metadata = ParseJson(alias.metadata()).as_object();
  }
  return decoded;
}

Node PlanDecoder::Function(const sc::Expression_UnresolvedFunction& function) {
  plan::FunctionCall call;
  const auto& operators = Operators();
  if (auto found = operators.find(function.function_name()); found != operators.end()) {
    call.name = {found->second};
    call.is_operator = true;
  } else if (function.is_user_defined_function()) {
    call.name = ParseMultipartName(function.function_name());
  } else {
    call.name = {function.function_name()};
  }
  call.arguments = List(function.arguments());
  call.distinct = function.is_distinct();
  return call;
}

Node PlanDecoder::Window(const sc::Expression_Window& window) {
  using Frame = sc::Expression_Window_WindowFrame;
  plan::Window decoded;
  decoded.function = Expression(window.window_function());
  decoded.partition_by = List(window.partition_spec());
  decoded.order_by = Orders(window.order_spec());
  if (!window.has_frame_spec()) return decoded;

  const Frame& frame = window.frame_spec();
  auto bound = [&](const sc::Expression_Window_WindowFrame_FrameBoundary& boundary, bool lower) {
    using Kind = plan::WindowFrame::BoundKind;
    plan::WindowFrame::Bound result;
    if (boundary.has_value()) {
      result.kind = Kind::kValue;
      result.value = Expression(boundary.value());
    } else if (boundary.unbounded()) {
      result.kind = lower ? Kind::kUnboundedPreceding : Kind::kUnboundedFollowing;
    } else if (!boundary.current_row()) {
      ThrowInvalidPlan("FRAME_BOUNDARY", "A window frame's boundary is not set.");
    }
    return result;
  };
  plan::WindowFrame spec;
  switch (frame.frame_type()) {
    case sc::Expression_Window_WindowFrame_FrameType_FRAME_TYPE_ROW:
      spec.unit = plan::WindowFrame::Unit::kRows;
      break;
    case sc::Expression_Window_WindowFrame_FrameType_FRAME_TYPE_RANGE:
      spec.unit = plan::WindowFrame::Unit::kRange;
      break;
    default:
      ThrowInvalidPlan("FRAME_TYPE", "A window frame's type is not set.");
  }
  spec.lower = bound(frame.lower(), true);
  spec.upper = bound(frame.upper(), false);
  decoded.frame = std::move(spec);
  return decoded;
}

Node PlanDecoder::Subquery(const sc::SubqueryExpression& subquery) {
  plan::Subquery decoded;
  decoded.plan_id = subquery.plan_id();
  switch (subquery.subquery_type()) {
    case sc::SubqueryExpression_SubqueryType_SUBQUERY_TYPE_SCALAR:
      decoded.kind = plan::Subquery::Kind::kScalar;
      break;
    case sc::SubqueryExpression_SubqueryType_SUBQUERY_TYPE_EXISTS:
      decoded.kind = plan::Subquery::Kind::kExists;
      break;
    case sc::SubqueryExpression_SubqueryType_SUBQUERY_TYPE_IN:
      decoded.kind = plan::Subquery::Kind::kIn;
      break;
    case sc::SubqueryExpression_SubqueryType_SUBQUERY_TYPE_TABLE_ARG:
      decoded.kind = plan::Subquery::Kind::kTableArgument;
      break;
    default:
      ThrowInvalidPlan("SUBQUERY_TYPE", "A subquery's type is not set.");
  }
  if (subquery.has_table_arg_options()) ThrowUnsupported("partitioned or ordered table arguments");
  decoded.in_values = List(subquery.in_subquery_values());
  return decoded;
}

plan::InlineUdf PlanDecoder::Udf(const sc::CommonInlineUserDefinedFunction& function) {
  plan::InlineUdf udf;
  udf.name = function.function_name();
  udf.deterministic = function.deterministic();
  udf.arguments = List(function.arguments());
  switch (function.function_case()) {
    case sc::CommonInlineUserDefinedFunction::kPythonUdf:
      udf.kind = "Python UDF";
      udf.eval_type = function.python_udf().eval_type();
      udf.type = Type(function.python_udf().output_type());
      udf.payload = function.python_udf().command();
      udf.python_version = function.python_udf().python_ver();
      break;
    case sc::CommonInlineUserDefinedFunction::kScalarScalaUdf:
      udf.kind = "Scala UDF";
      udf.payload = function.scalar_scala_udf().payload();
      break;
    case sc::CommonInlineUserDefinedFunction::kJavaUdf:
      udf.kind = "Java UDF";
      udf.payload = function.java_udf().class_name();
      break;
    default:
      ThrowInvalidPlan("FUNCTION_UNDEFINED", "A user-defined function without a body.");
  }
  return udf;
}

/// One small decoder per kind of expression, by the number of its protobuf field.
struct ExpressionDecoders {
  using Decoder = Node (*)(PlanDecoder&, const sc::Expression&);

  static Node Attribute(PlanDecoder&, const sc::Expression& e) {
    const auto& attribute = e.unresolved_attribute();
    return plan::UnresolvedAttribute{ParseAttributeName(attribute.unparsed_identifier()),
                                     attribute.has_plan_id() ? attribute.plan_id() : -1, attribute.is_metadata_column()};
  }
  static Node Star(PlanDecoder&, const sc::Expression& e) {
    plan::Star star;
    const auto& proto = e.unresolved_star();
    star.plan_id = proto.has_plan_id() ? proto.plan_id() : -1;
    if (!proto.has_unparsed_target()) return star;
    std::string target = proto.unparsed_target();
    if (target.size() < 2 || target.substr(target.size() - 2) != ".*") {
      ThrowInvalidPlan("UNRESOLVED_STAR_TARGET_INVALID", "UnresolvedStar requires a unparsed target ending with '.*'.",
                       {{"target", target}});
    }
    star.target = ParseAttributeName(target.substr(0, target.size() - 2));
    return star;
  }
  static Node Regex(PlanDecoder&, const sc::Expression& e) {
    const auto& regex = e.unresolved_regex();
    return plan::ColumnRegex{regex.col_name(), regex.has_plan_id() ? regex.plan_id() : -1};
  }
  static Node Cast(PlanDecoder& d, const sc::Expression& e) {
    plan::Cast cast;
    cast.child = d.Expression(e.cast().expr());
    cast.type = e.cast().has_type() ? d.Type(e.cast().type()) : ParseTypeText(e.cast().type_str());
    switch (e.cast().eval_mode()) {
      case sc::Expression_Cast_EvalMode_EVAL_MODE_LEGACY:
        cast.mode = plan::EvalMode::kLegacy;
        break;
      case sc::Expression_Cast_EvalMode_EVAL_MODE_ANSI:
        cast.mode = plan::EvalMode::kAnsi;
        break;
      case sc::Expression_Cast_EvalMode_EVAL_MODE_TRY:
        cast.mode = plan::EvalMode::kTry;
        break;
      default:
        break;
    }
    return cast;
  }
  static Node Lambda(PlanDecoder& d, const sc::Expression& e) {
    plan::LambdaFunction lambda;
    lambda.body = d.Expression(e.lambda_function().function());
    for (const auto& argument : e.lambda_function().arguments()) {
      if (argument.name_parts_size() != 1) {
        ThrowInvalidPlan("LAMBDA_FUNCTION_ARGUMENT_COUNT_INVALID", "A lambda variable has one name.");
      }
      lambda.arguments.push_back(argument.name_parts(0));
    }
    return lambda;
  }
  static Node LambdaVariable(PlanDecoder&, const sc::Expression& e) {
    const auto& parts = e.unresolved_named_lambda_variable().name_parts();
    return plan::LambdaVariable{{parts.begin(), parts.end()}};
  }
  static Node Extract(PlanDecoder& d, const sc::Expression& e) {
    return plan::ExtractValue{d.Expression(e.unresolved_extract_value().child()),
                              d.Expression(e.unresolved_extract_value().extraction())};
  }
  static Node Update(PlanDecoder& d, const sc::Expression& e) {
    const auto& update = e.update_fields();
    return plan::UpdateFields{d.Expression(update.struct_expression()), update.field_name(),
                              update.has_value_expression() ? d.Expression(update.value_expression()) : nullptr};
  }
  static Node CallFunction(PlanDecoder& d, const sc::Expression& e) {
    plan::FunctionCall call;
    call.name = ParseMultipartName(e.call_function().function_name());
    call.arguments = d.List(e.call_function().arguments());
    return call;
  }
  static Node Named(PlanDecoder& d, const sc::Expression& e) {
    return plan::NamedArgument{e.named_argument_expression().key(), d.Expression(e.named_argument_expression().value())};
  }
  static Node TypedAggregate(PlanDecoder&, const sc::Expression& e) {
    plan::InlineUdf udf;
    udf.kind = "Scala UDF";
    udf.payload = e.typed_aggregate_expression().scalar_scala_udf().payload();
    return udf;
  }
  static Node MergeAction(PlanDecoder&, const sc::Expression&) {
    ThrowInvalidPlan("MERGE_ACTION", "A merge action stands outside of a merge.");
  }
  static Node ShufflePartition(PlanDecoder& d, const sc::Expression& e) {
    plan::FunctionCall call;
    call.name = {"direct_shuffle_partition_id"};
    call.arguments = {d.Expression(e.direct_shuffle_partition_id().child())};
    return call;
  }
  static Node Extension(PlanDecoder&, const sc::Expression&) {
    ThrowInvalidPlan("NO_HANDLER_FOR_EXTENSION", "No handler found for the extension type.");
  }

  /// Text is parsed when it is resolved, by the session's settings; only a star is told apart here, as it stands for columns.
  static Node Text(const std::string& text) {
    constexpr char kSpace[] = " \t\r\n";
    const size_t first = text.find_first_not_of(kSpace);
    if (first == std::string::npos) return plan::ExpressionString{text};
    if (text[first] == '*' || text[text.find_last_not_of(kSpace)] == '*') {
      const ExpressionPtr parsed = sql::ParseExpression(text);
      if (plan::As<plan::Star>(parsed)) return parsed->node;
    }
    return plan::ExpressionString{text};
  }

  static const std::unordered_map<int, Decoder>& Table() {
    using E = sc::Expression;
    static const std::unordered_map<int, Decoder> table = {
        {E::kLiteral, [](PlanDecoder& d, const E& e) -> Node { return d.Literal(e.literal()); }},
        {E::kUnresolvedAttribute, Attribute},
        {E::kUnresolvedFunction, [](PlanDecoder& d, const E& e) { return d.Function(e.unresolved_function()); }},
        {E::kExpressionString, [](PlanDecoder&, const E& e) { return Text(e.expression_string().expression()); }},
        {E::kUnresolvedStar, Star},
        {E::kAlias, [](PlanDecoder& d, const E& e) -> Node { return d.Alias(e.alias()); }},
        {E::kCast, Cast},
        {E::kUnresolvedRegex, Regex},
        {E::kSortOrder, [](PlanDecoder& d, const E& e) -> Node { return d.SortOrder(e.sort_order()); }},
        {E::kLambdaFunction, Lambda},
        {E::kWindow, [](PlanDecoder& d, const E& e) { return d.Window(e.window()); }},
        {E::kUnresolvedExtractValue, Extract},
        {E::kUpdateFields, Update},
        {E::kUnresolvedNamedLambdaVariable, LambdaVariable},
        {E::kCommonInlineUserDefinedFunction,
         [](PlanDecoder& d, const E& e) -> Node { return d.Udf(e.common_inline_user_defined_function()); }},
        {E::kCallFunction, CallFunction},
        {E::kNamedArgumentExpression, Named},
        {E::kMergeAction, MergeAction},
        {E::kTypedAggregateExpression, TypedAggregate},
        {E::kSubqueryExpression, [](PlanDecoder& d, const E& e) { return d.Subquery(e.subquery_expression()); }},
        {E::kDirectShufflePartitionId, ShufflePartition},
        {E::kExtension, Extension},
    };
    return table;
  }
};

ExpressionPtr PlanDecoder::Expression(const sc::Expression& expression) {
  const auto& table = ExpressionDecoders::Table();
  auto decoder = table.find(expression.expr_type_case());
  if (decoder == table.end()) ThrowInvalidPlan("EXPRESSION_NOT_SET", "An expression is not set or not known.");
  Node node = decoder->second(*this, expression);
  plan::Origin origin = expression.has_common() ? DecodeOrigin(expression.common().origin()) : plan::Origin{};
  return std::make_shared<const plan::Expression>(plan::Expression{std::move(node), std::move(origin)});
}

}  // namespace headrace::connect

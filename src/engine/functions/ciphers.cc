#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>

#include "engine/functions/encodings.h"
#include "engine/functions/groups.h"

namespace headrace::engine {

namespace {

using duckdb::LogicalType;
using duckdb::Value;

constexpr int kGcmIvBytes = 12;
constexpr int kCbcIvBytes = 16;
constexpr int kTagBytes = 16;

std::string Bytes(const Value& value) { return duckdb::StringValue::Get(value); }
Value Blob(const std::string& bytes) { return Value::BLOB(duckdb::const_data_ptr_cast(bytes.data()), bytes.size()); }
const unsigned char* Data(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Data(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string Upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

enum class Mode { kEcb, kCbc, kGcm };

/// aes_encrypt and aes_decrypt after Spark's ExpressionImplUtils: the IV stands before the cipher text, GCM's tag behind it.
class Aes {
 public:
  Aes(const Call& call, const char* function, std::vector<Value>& arguments, bool encrypt) : call_(call), function_(function) {
    key_ = Bytes(arguments[1]);
    std::string mode = arguments.size() > 2 ? Upper(Bytes(arguments[2])) : "GCM";
    std::string padding = arguments.size() > 3 ? Upper(Bytes(arguments[3])) : "DEFAULT";
    if (encrypt && arguments.size() > 4) iv_ = Bytes(arguments[4]);
    size_t aad = encrypt ? 5 : 4;
    if (arguments.size() > aad) aad_ = Bytes(arguments[aad]);
    if (key_.size() != 16 && key_.size() != 24 && key_.size() != 32) {
      std::string size = std::to_string(key_.size());
      Refuse("AES_KEY_LENGTH", {{"parameter", "`key`"}, {"actualLength", size}},
             "expects a binary value with 16, 24 or 32 bytes, but got " + size + " bytes.");
    }
    bool gcm = mode == "GCM" && (padding == "NONE" || padding == "DEFAULT");
    bool ecb = mode == "ECB" && (padding == "PKCS" || padding == "DEFAULT");
    bool cbc = mode == "CBC" && (padding == "PKCS" || padding == "DEFAULT");
    if (!gcm && !ecb && !cbc) {
      ThrowSpark(
          call_.site(), "UNSUPPORTED_FEATURE.AES_MODE", {{"mode", mode}, {"padding", padding}},
          "The feature is not supported: AES-" + mode + " with the padding " + padding + " by the `" + function_ + "` function.",
          ErrorKind::kRuntime);
    }
    mode_ = gcm ? Mode::kGcm : ecb ? Mode::kEcb : Mode::kCbc;
    if (!iv_.empty() && (ecb || iv_.size() != IvBytes())) {
      if (ecb) Unsupported("AES_MODE_IV", mode, "the initialization vector (IV)");
      std::string size = std::to_string(iv_.size());
      Refuse("AES_IV_LENGTH", {{"parameter", "`iv`"}, {"mode", mode}, {"actualLength", size}},
             "supports 16-byte CBC IVs and 12-byte GCM IVs, but got " + size + " bytes for " + mode + ".");
    }
    if (!aad_.empty() && !gcm) Unsupported("AES_MODE_AAD", mode, "additional authenticated data (AAD)");
  }

  std::string Encrypt(const std::string& input) {
    if (iv_.empty() && mode_ != Mode::kEcb) {
      iv_.resize(IvBytes());
      RAND_bytes(Data(iv_), static_cast<int>(iv_.size()));
    }
    Start(true);
    std::string out(input.size() + kTagBytes, '\0');
    int written = 0, rest = 0;
    Check(EVP_EncryptUpdate(context_.get(), Data(out), &written, Data(input), static_cast<int>(input.size())));
    Check(EVP_EncryptFinal_ex(context_.get(), Data(out) + written, &rest));
    out.resize(static_cast<size_t>(written + rest));
    if (mode_ != Mode::kGcm) return iv_ + out;
    std::string tag(kTagBytes, '\0');
    Check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()));
    return iv_ + out + tag;
  }

  std::string Decrypt(const std::string& input) {
    size_t iv = mode_ == Mode::kEcb ? 0 : IvBytes(), tag = mode_ == Mode::kGcm ? kTagBytes : 0;
    if (input.size() < iv + tag) Crypto("Input is too short.");
    iv_ = input.substr(0, iv);
    std::string body = input.substr(iv, input.size() - iv - tag), stored = input.substr(input.size() - tag);
    Start(false);
    if (tag > 0) Check(EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, stored.data()));
    std::string out(body.size() + kTagBytes, '\0');
    int written = 0, rest = 0;
    Check(EVP_DecryptUpdate(context_.get(), Data(out), &written, Data(body), static_cast<int>(body.size())));
    Check(EVP_DecryptFinal_ex(context_.get(), Data(out) + written, &rest));
    out.resize(static_cast<size_t>(written + rest));
    return out;
  }

 private:
  size_t IvBytes() const { return mode_ == Mode::kGcm ? kGcmIvBytes : kCbcIvBytes; }
  const EVP_CIPHER* Cipher() const {
    bool small = key_.size() == 16, middle = key_.size() == 24;
    switch (mode_) {
      case Mode::kEcb:
        return small ? EVP_aes_128_ecb() : middle ? EVP_aes_192_ecb() : EVP_aes_256_ecb();
      case Mode::kCbc:
        return small ? EVP_aes_128_cbc() : middle ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
      default:
        return small ? EVP_aes_128_gcm() : middle ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
    }
  }
  void Start(bool encrypt) {
    context_.reset(EVP_CIPHER_CTX_new());
    Check(EVP_CipherInit_ex(context_.get(), Cipher(), nullptr, Data(key_), iv_.empty() ? nullptr : Data(iv_), encrypt ? 1 : 0));
    int length = 0;
    if (!aad_.empty()) Check(EVP_CipherUpdate(context_.get(), nullptr, &length, Data(aad_), static_cast<int>(aad_.size())));
  }
  void Check(int result) const {
    if (result != 1)
      Crypto(mode_ == Mode::kGcm
                 ? "Tag mismatch"
                 : "Given final block not properly padded. Such issues can arise if a bad key is used during decryption.");
  }
  [[noreturn]] void Crypto(const std::string& detail) const {
    Refuse("AES_CRYPTO_ERROR", {{"parameter", "`expr`, `key`"}, {"detailMessage", detail}}, "detail message: " + detail);
  }
  [[noreturn]] void Refuse(const char* subclass, std::map<std::string, std::string> parameters, const std::string& what) const {
    std::string message =
        "The value of parameter(s) " + parameters.at("parameter") + " in `" + function_ + "` is invalid: " + what;
    ThrowInvalidParameter(call_.site(), subclass, function_, std::move(parameters), message);
  }
  [[noreturn]] void Unsupported(const char* subclass, const std::string& mode, const char* what) const {
    std::string condition = std::string("UNSUPPORTED_FEATURE.") + subclass;
    ThrowSpark(
        call_.site(), condition.c_str(), {{"mode", mode}, {"functionName", std::string("`") + function_ + "`"}},
        std::string("The feature is not supported: `") + function_ + "` with AES-" + mode + " does not support " + what + ".",
        ErrorKind::kRuntime);
  }

  const Call& call_;
  const char* function_;
  Mode mode_ = Mode::kGcm;
  std::string key_, iv_, aad_;
  struct Free {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  };
  std::unique_ptr<EVP_CIPHER_CTX, Free> context_;
};

Value AesEncrypt(const Call& call, std::vector<Value>& a) { return Blob(Aes(call, "aes_encrypt", a, true).Encrypt(Bytes(a[0]))); }
Value AesDecrypt(const Call& call, std::vector<Value>& a) {
  return Blob(Aes(call, "aes_decrypt", a, false).Decrypt(Bytes(a[0])));
}
Value TryAesDecrypt(const Call& call, std::vector<Value>& a) {
  try {
    return AesDecrypt(call, a);
  } catch (const duckdb::Exception&) {
    return Value(LogicalType::BLOB);  // Every failure is null by the function's contract.
  }
}

/// to_binary(text, format): nothing when the text is malformed for the format.
std::optional<std::string> ToBinary(const Call& call, const std::string& text, const std::string& format) {
  std::string kind = Upper(format);
  if (kind == "UTF-8" || kind == "UTF8") return text;
  if (kind == "HEX") return Unhex(text);
  if (kind == "BASE64") return Unbase64(text, true);
  ThrowSpark(call.site(), "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
             {{"parameter", "`format`"}, {"functionName", "`to_binary`"}, {"invalidFormat", "'" + format + "'"}},
             "The value of parameter(s) `format` in `to_binary` is invalid: expects one of binary formats 'base64', 'hex', "
             "'utf-8', but got '" +
                 format + "'.",
             ErrorKind::kRuntime);
}
template <bool kTry>
Value Binary(const Call& call, std::vector<Value>& a) {
  std::string text = Bytes(a[0]), format = a.size() > 1 ? Bytes(a[1]) : "hex";
  auto bytes = ToBinary(call, text, format);
  if (bytes) return Blob(*bytes);
  if (kTry) return Value(LogicalType::BLOB);
  ThrowSpark(call.site(), "CONVERSION_INVALID_INPUT",
             {{"str", "'" + text + "'"},
              {"fmt", "'" + Upper(format) + "'"},
              {"targetType", "\"BINARY\""},
              {"suggestion", "`try_to_binary`"}},
             "The value '" + text + "' ('" + Upper(format) +
                 "') cannot be converted to \"BINARY\" because it is malformed. Correct the value as per the syntax, or change "
                 "its format. Use `try_to_binary` to tolerate malformed input and return NULL instead.",
             ErrorKind::kIllegalArgument);
}

/// to_char(binary, format).
Value EncodeBinary(const Call& call, std::vector<Value>& a) {
  std::string bytes = Bytes(a[0]), format = Bytes(a[1]), kind = Upper(format);
  if (kind == "HEX") return Value(HexOf(bytes));
  if (kind == "BASE64") return Value(Base64(bytes));
  if (kind == "UTF-8" || kind == "UTF8") return Value(bytes);
  ThrowSpark(call.site(), "INVALID_PARAMETER_VALUE.BINARY_FORMAT",
             {{"parameter", "`format`"}, {"functionName", "`to_char`"}, {"invalidFormat", "'" + format + "'"}},
             "The value of parameter(s) `format` in `to_char` is invalid: expects one of binary formats 'base64', 'hex', "
             "'utf-8', but got '" +
                 format + "'.",
             ErrorKind::kRuntime);
}

}  // namespace

void RegisterCiphers(KernelRegistry& registry) {
  for (int arity = 2; arity <= 6; arity++)
    registry.AddBoxed("spark_aes_encrypt", arity, AesEncrypt, kFallible, LogicalType::BLOB);
  for (int arity = 2; arity <= 5; arity++) {
    registry.AddBoxed("spark_aes_decrypt", arity, AesDecrypt, kFallible, LogicalType::BLOB);
    registry.AddBoxed("spark_try_aes_decrypt", arity, TryAesDecrypt, kPlain, LogicalType::BLOB);
  }
  for (int arity : {1, 2}) {
    registry.AddBoxed("spark_to_binary", arity, Binary<false>, kFallible, LogicalType::BLOB);
    registry.AddBoxed("spark_try_to_binary", arity, Binary<true>, kPlain, LogicalType::BLOB);
  }
  registry.AddBoxed("spark_encode_binary", 2, EncodeBinary, kZonedFallible, LogicalType::VARCHAR);
}

}  // namespace headrace::engine

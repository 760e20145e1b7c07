int x; // a comment
/* http://is.fine/ */
const char *url = "https://is.fine/";
// another

static int
four_deep(int n)
{
    for (;;) {
        switch (n) {
        case 1:
            do {
                if (n > (2)) {
                    return n;
                }
            } while (n++ < 2);
        }
    }
}


static int
three_deep(int n)
{
    static const int table[] = {1, 2};

    if (n > 1) {
        n++;

    } else if (n > 2) {
        while (n++ < 7) {
            if (table[n] == '{') {
                n += 2;
            }
        }
    }

    return n;
}

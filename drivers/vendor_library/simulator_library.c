/* A bank's library as a card terminal's software sees it: one function that takes as long as the resident does. All it
   knows it asks the simulated bank on loopback; and it can crash, hang, scribble and print, as such libraries do. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int all(int wire, void *place, size_t size)
{
    for (char *at = place; size > 0;) {
        ssize_t got = read(wire, at, size);
        if (got <= 0)
            return -1;
        at += got;
        size -= got;
    }
    return 0;
}

int bankall(const char *request, char *answer)
{
    struct sockaddr_in bank = {.sin_family = AF_INET, .sin_port = htons(BANK_PORT)};
    uint32_t size = htonl(strlen(request));
    char verdict;
    int wire = socket(AF_INET, SOCK_STREAM, 0);

    bank.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (wire < 0 || connect(wire, (struct sockaddr *)&bank, sizeof bank) != 0) {
        close(wire);
        return -1;
    }
    if (write(wire, &size, 4) != 4 || write(wire, request, strlen(request)) < 0) {
        close(wire);
        return -1;
    }
    while (all(wire, &verdict, 1) == 0 && all(wire, &size, 4) == 0) {
        size = ntohl(size);
        switch (verdict) {
        case 'A': /* an answer */
            if (all(wire, answer, size) != 0)
                break;
            close(wire);
            return 0;
        case 'R': /* a return value without one */
            close(wire);
            return (int)(int32_t)size;
        case 'P': /* it prints what it likes */
            printf("bankall: trans over\n0 3030\n");
            fflush(stdout);
            continue;
        case 'C':
            *(volatile int *)0 = 0;
            abort();
        case 'H':
            for (;;)
                pause();
        case 'X': /* and some end the process that called them */
            exit(3);
        }
        break;
    }
    close(wire);
    return -3;
}
